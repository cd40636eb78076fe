import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { DeliveryTimes } from '../load/delivery-times.ts'
import { openConnections, postAll, postSteadily } from '../load/poster.ts'
import { Reader } from '../load/reader.ts'
import { allReceived, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { residentBytes } from '../machine/processes.ts'
import { percentile } from '../machine/statistics.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

const missed = 100
const chatters = 100
const perSecond = 4

/** V8 frees the garbage of opened streams some 8 s later. */
const settleMs = 12_000

/** After many connections at once it takes half a minute. */
const settleAfterMs = 30_000

/** All streams reconnect at the same moment, as after a network failure. */
export const resume = (full: boolean): Scenario => {
  const streams = full ? 10_000 : 2_000
  return {
    name: 'resume',
    title: `${streams.toLocaleString('en')} streams resume at once, 100 missed messages each, while others chat, 4 messages a second`,
    short: `${streams.toLocaleString('en')} streams resume at once`,
    contenders: [obrol()],
    people: streams + chatters,
    measure: (server) => measure(server, streams),
    goals: [
      {
        told: 'the others’ p99 under 250 ms',
        value: figure('p99', 'obrol'),
        holds: (value) => value < 250,
        unit: 'ms',
      },
      {
        told: 'memory afterwards ≤ 1.1 × before',
        value: figure('memory', 'obrol'),
        holds: (value) => value <= 1.1,
      },
    ],
    columns: [
      ['s until all', 's until all had caught up', 1],
      ['p99', 'ms p99 of the others', 0],
      ['MB before', 'MB before', 0],
      ['MB peak', 'MB at the most', 0],
      ['MB after', 'MB after', 0],
      ['load', 'of the load’s core', 2],
    ],
  }
}

async function measure(server: Server, streams: number): Promise<Sample> {
  const memory = () => residentBytes(server.pid) / 1e6
  const left = await openStreams(server, streams)
  await delay(settleMs)
  const before = memory()
  closeAll(left)
  const lines = await openConnections(server.port, 16)
  await postAll(lines, missed, (n) => server.broadcast(n))
  for (const line of lines) line.close()

  const receipts = new DeliveryTimes(chatters, perSecond * 60, missed)
  const others = await openStreams(server, chatters, (index) => ({
    token: server.tokens[streams + index],
    after: missed,
    onId: (id) => receipts.received(id),
  }))
  let newest = missed
  const end = new AbortController()
  const chatting = postSteadily(server.port, (n) => server.broadcast(n), {
    perSecond,
    seconds: 60,
    first: missed,
    // As many connections as streams, because a real client already has one.
    open: 32,
    signal: end.signal,
    onAnswer(id, dueAt) {
      newest = Math.max(newest, id)
      receipts.due(id, dueAt)
    },
  })
  await delay(1_000)
  const load = process.cpuUsage()
  const began = performance.now()
  const from = newest - missed
  let peak = 0
  const watching = setInterval(() => {
    peak = Math.max(peak, memory())
  }, 250)
  const back: Reader[] = []
  for (const token of server.tokens.slice(0, streams)) {
    const { port, streamPath: path, readyMark } = server
    back.push(new Reader({ port, path, readyMark, token, after: 0 }))
    // As fast as the load can, but not in one turn, which would measure the load's own delay.
    if (back.length % 50 === 0) await nextTurn()
  }
  await Promise.all(back.map((reader) => reader.ready))
  await allReceived(back, missed, 60_000)
  const seconds = (performance.now() - began) / 1000
  const until = newest - missed
  const { user, system } = process.cpuUsage(load)
  clearInterval(watching)
  end.abort()
  const posted = missed + (await chatting)
  await allReceived([...back, ...others], posted)
  checkCounts([...back, ...others], posted)
  await delay(settleAfterMs)
  const after = memory()
  closeAll([...back, ...others])
  const latencies = receipts.latencies(from).slice(0, Math.max(1, until - from))
  return {
    's until all': seconds,
    p99: percentile(latencies, 0.99),
    memory: after / before,
    'MB before': before,
    'MB peak': peak,
    'MB after': after,
    load: (user + system) / 1e6 / seconds,
  }
}
