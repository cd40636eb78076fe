import { openConnections, postFor } from '../load/poster.ts'
import { allReceived, checkCounts, checkEach, closeAll, openStreams } from '../load/streams.ts'
import { microseconds, startWatch } from '../machine/stopwatch.ts'
import { hasNchan, nchan } from '../servers/nchan.ts'
import { gathered, resWrite } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Contender, Server } from '../servers/server.ts'
import { type Goal, ratio, type Sample, type Scenario } from './scenario.ts'

export const inFlight = 64

/** The warm-up and the measurement, in seconds. */
export interface Span {
  warm: number
  measured: number
}

/** Code is compiled during the warm-up: most of the server's needs some 20,000 posts. */
export const spanOf = (full: boolean): Span =>
  full ? { warm: 4, measured: 5 } : { warm: 1.2, measured: 1.2 }

interface FanOut {
  streams: number
  span: Span
  goals: readonly Goal[]
  contenders: readonly Contender[]
}

/** Broadcasts of 200 bytes, 64 posts in flight. */
function fanOut({ streams, span, goals, contenders }: FanOut): Scenario {
  return {
    name: `fan-out-${streams}`,
    title: `fan-out of 200-byte broadcasts, ${streams.toLocaleString('en')} streams, ${inFlight} posts in flight`,
    short: `fan-out to ${streams.toLocaleString('en')} streams`,
    contenders: contenders.filter((contender) => contender !== nchan || hasNchan()),
    people: Math.max(streams, inFlight),
    measure: (server) => measureFanOut(server, streams, span),
    goals,
    columns: [
      ['deliveries/s', '/s', 0],
      ['µs a delivery', 'µs CPU', 2],
      ['load', 'of the load’s core', 2],
    ],
  }
}

/** Posts that the first streams must receive, and no others. */
interface Posts {
  receivers: number
  /** The n-th post. */
  post(n: number): Buffer
}

/** The cost of a delivery while the server does nothing else. */
export async function measureFanOut(
  server: Server,
  streams: number,
  { warm, measured }: Span,
  { receivers, post }: Posts = { receivers: streams, post: (n) => server.broadcast(n) },
): Promise<Sample> {
  const readers = await openStreams(server, streams)
  const receiving = readers.slice(0, receivers)
  const others = readers.slice(receivers)
  const lines = await openConnections(server.port, inFlight)
  const before = (server.head ?? 0) + (await postFor(lines, warm, post))
  await allReceived(receiving, before)
  const watch = startWatch(server.pid, server.databasePid)
  const messages = await postFor(lines, measured, post, before)
  await allReceived(receiving, before + messages)
  const lap = watch.stop()
  checkCounts(receiving, before + messages)
  await checkEach(others, new Uint32Array(others.length))
  closeAll(readers)
  for (const line of lines) line.close()
  const deliveries = receivers * messages
  return {
    'deliveries/s': deliveries / lap.seconds,
    ...microseconds('µs a delivery', lap, deliveries),
    load: lap.loadShare,
  }
}

const times = (factor: number, other: string): Goal => ({
  told: `≥ ${factor} × ${other}`,
  value: ratio('deliveries/s', 'obrol', other),
  holds: (value) => value >= factor,
})
const ofFloor: Goal = {
  told: '≥ 60 % of the gathered floor',
  value: ratio('deliveries/s', 'obrol', 'gathered floor'),
  holds: (value) => value >= 0.6,
}

export function fanOuts(full: boolean): Scenario[] {
  const span = spanOf(full)
  const all = [obrol(), gathered, resWrite, nchan]
  return [
    fanOut({
      streams: 100,
      span,
      goals: [times(3, 'nchan')],
      contenders: full ? all : [obrol(), gathered, nchan],
    }),
    fanOut({
      streams: 1_000,
      span,
      goals: [times(10, 'nchan'), times(20, 'res.write'), ofFloor],
      contenders: all,
    }),
    fanOut({
      streams: 5_000,
      span,
      goals: [times(10, 'nchan'), ofFloor],
      contenders: [obrol(), gathered, nchan],
    }),
    {
      ...fanOut({ streams: 10_000, span, goals: [manyCost], contenders: [many, few] }),
      measure: (server, { name }) =>
        measureFanOut(server, name === few.name ? 1_000 : 10_000, span),
    },
  ]
}

const many: Contender = { ...obrol(), name: 'obrol, 10,000 streams' }
const few: Contender = { ...obrol(), name: 'obrol, 1,000 streams' }
const manyCost: Goal = {
  told: 'cost of a delivery ≤ 1.2 × that at 1,000',
  value: ratio('µs a delivery', many.name, few.name),
  holds: (value) => value <= 1.2,
}
