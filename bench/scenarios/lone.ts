import { DeliveryTimes } from '../load/delivery-times.ts'
import { openConnections, postFor, postSteadily } from '../load/poster.ts'
import { SeenIds } from '../load/seen-ids.ts'
import { allReceived, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { median, percentile } from '../machine/statistics.ts'
import { stayAwake } from '../machine/stay-awake.ts'
import { microseconds, startWatch } from '../machine/stopwatch.ts'
import { hasNchan, nchan } from '../servers/nchan.ts'
import { socketWrite } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { inFlight } from './fan-out.ts'
import { ratio, type Sample, type Scenario } from './scenario.ts'

const streams = 1_000
const perSecond = 4

/** One message at a time, to readers that do not sleep. */
export const lone = (full: boolean): Scenario => ({
  name: 'lone',
  title:
    'a lone message to 1,000 streams, 4 a second, on a server that has run a while, the load’s core kept awake',
  short: 'a lone message to 1,000 streams',
  contenders: [obrol(), socketWrite, ...(hasNchan() ? [nchan] : [])],
  people: streams,
  measure: (server) => measureLone(server, full),
  goals: [
    {
      told: 'CPU a delivery ≤ 1.15 × socket.write',
      value: ratio('µs a delivery', 'obrol', 'socket.write'),
      holds: (value) => value <= 1.15,
    },
  ],
  // The load's share of its core says nothing here, because it is kept busy.
  columns: latencyColumns.filter(([column]) => column !== 'load'),
})

/** The cost and the latency of one message at a time to 1,000 streams. */
export function measureLone(server: Server, full: boolean): Promise<Sample> {
  return whileAwake(() => measureLatency(server, streams, spanOfLone(full)))
}

/** Measures with readers that do not sleep. */
export async function whileAwake(measure: () => Promise<Sample>): Promise<Sample> {
  const sleep = stayAwake()
  try {
    return await measure()
  } finally {
    sleep()
  }
}

export const latencyColumns: Scenario['columns'] = [
  ['p50', 'ms p50', 1],
  ['p99', 'ms p99', 1],
  ['µs a delivery', 'µs CPU', 2],
  ['load', 'of the load’s core', 2],
]

/** The warm-up and the measurement, in seconds. */
export interface LatencySpan {
  perSecond: number
  seconds: number
  /** Posts as fast as they are answered, so that their code is compiled. */
  warm: number
  /** Then one after the other, so that the code of a single message is compiled too. */
  alone?: number
  /** Posts at the rate, so that the garbage of the opened streams is collected. */
  settle: number
}

/** V8 collects the garbage of opened streams some 8 s later, in one pause of 30 to 70 ms. */
const spanOfLone = (full: boolean): LatencySpan =>
  full
    ? { perSecond, warm: 4, alone: 8, settle: 12, seconds: 20 }
    : { perSecond, warm: 2, alone: 2, settle: 2, seconds: 6 }

/** From when a post is due to when the last stream has it, and the cost of a delivery. */
export async function measureLatency(
  server: Server,
  streams: number,
  { perSecond, seconds, warm, alone = 0, settle }: LatencySpan,
): Promise<Sample> {
  const before = server.head ?? 0
  let receipts: DeliveryTimes | undefined
  const readers = await openStreams(server, streams, () => ({
    // Another node may not have read the newest message yet, so the stream begins at its cursor.
    after: server.head,
    seen: new SeenIds(before),
    onId: (id) => receipts?.received(id),
  }))
  const gathered = await postsBefore(server, { seconds: warm, atOnce: inFlight, first: 0 })
  const one = await postsBefore(server, { seconds: alone, atOnce: 1, first: gathered })
  const head = before + gathered + one
  await allReceived(readers, head)
  const settling = perSecond * settle
  const messages = settling + perSecond * seconds
  const deliveryTimes = new DeliveryTimes(streams, messages, head)
  receipts = deliveryTimes
  const onAnswer = (id: number, dueAt: number) => deliveryTimes.due(id, dueAt)
  const post = (n: number) => server.broadcast(n)
  await postSteadily(server.port, post, { perSecond, seconds: settle, first: head, onAnswer })
  const watch = startWatch(server.pid, server.databasePid)
  const first = head + settling
  await postSteadily(server.port, post, { perSecond, seconds, first, onAnswer })
  await allReceived(readers, head + messages)
  const lap = watch.stop()
  checkCounts(readers, head + messages)
  closeAll(readers)
  const latencies = deliveryTimes.latencies(settling)
  return {
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
    ...microseconds('µs a delivery', lap, streams * perSecond * seconds),
    load: lap.loadShare,
  }
}

/** @returns the number of posts */
async function postsBefore(
  server: Server,
  { seconds, atOnce, first }: { seconds: number; atOnce: number; first: number },
): Promise<number> {
  const lines = await openConnections(server.port, atOnce)
  const count = await postFor(lines, seconds, (n) => server.broadcast(n), first)
  for (const line of lines) line.close()
  return count
}
