import { closeAll, openStreams } from '../load/streams.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { bareFastify } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { ratio, type Sample, type Scenario } from './scenario.ts'

/**
 * Enough for the server's core to be busy while some of them wait for the disk: with half as many it
 * had nothing to do an eighth of the time.
 */
const atOnce = 512

/** Users who registered together share a page of the database, and connect together. */
const inOrder = obrol()
/** As after a network failure. */
const byChance = { ...obrol(), name: 'obrol, people by chance' }

/** Each stream of another user, many opened at a time, each until it is live. */
export const opens = (full: boolean): Scenario => ({
  name: 'opens',
  title: `streams opened, authenticated, ${atOnce} at a time`,
  short: 'opening streams',
  contenders: [inOrder, byChance, bareFastify],
  // With more than 14,000 connections to one port, the kernel's search for a free local port is slow.
  people: full ? 12_000 : 6_000,
  measure: (server, contender) => {
    const tokens = contender === byChance ? mixed(server.tokens) : server.tokens
    return measure(server, tokens, full ? 6_000 : 3_000)
  },
  goals: [inOrder, byChance].map(({ name }) => ({
    told: `≥ 70 % of bare Fastify${name === byChance.name ? ', people by chance' : ''}`,
    value: ratio('opens/s', name, bareFastify.name),
    holds: (value) => value >= 0.7,
  })),
  columns: [
    ['opens/s', '/s', 0],
    ['µs an open', 'µs CPU', 1],
    ['load', 'of the load’s core', 2],
  ],
})

async function measure(
  server: Server,
  tokens: readonly string[],
  streams: number,
): Promise<Sample> {
  // As many before, so that the code is compiled. Their users stay online.
  const warm = await openStreams(server, streams, (index) => ({ token: tokens[index] }), atOnce)
  const watch = startWatch(server.pid)
  const others = (index: number) => ({ token: tokens[streams + index] })
  const readers = await openStreams(server, streams, others, atOnce)
  const { seconds, serverCpu, loadShare } = watch.stop()
  closeAll([...warm, ...readers])
  return {
    'opens/s': readers.length / seconds,
    'µs an open': (serverCpu * 1e6) / readers.length,
    load: loadShare,
  }
}

/** A fixed order that differs from that of the registrations. */
function mixed(tokens: readonly string[]): string[] {
  const step = 7_919
  return tokens.map((_token, index) => tokens[(index * step) % tokens.length] as string)
}
