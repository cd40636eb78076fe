import { postSteadily } from '../load/poster.ts'
import { Receipts } from '../load/receipts.ts'
import { allReached, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { median, percentile } from '../machine/statistics.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { hasNchan, nchan } from '../servers/nchan.ts'
import { socketWrite } from '../servers/node.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { ratio, type Sample, type Scenario } from './scenario.ts'

const streams = 1_000
const perSecond = 4

/** One message at a time, each alone on the server. */
export const lone = (full: boolean): Scenario => ({
  name: 'lone',
  title: 'a lone message to 1,000 streams, 4 a second',
  contenders: [obrol(), socketWrite, ...(hasNchan() ? [nchan] : [])],
  people: streams,
  measure: (server) => measureLatency(server, streams, { perSecond, seconds: full ? 20 : 6 }),
  goals: [
    {
      told: 'CPU a delivery ≤ 1.15 × socket.write',
      value: ratio('µs a delivery', 'obrol', 'socket.write'),
      holds: (value) => value <= 1.15,
    },
  ],
  columns: latencyColumns,
})

export const latencyColumns: Scenario['columns'] = [
  ['p50', 'ms p50', 1],
  ['p99', 'ms p99', 1],
  ['µs a delivery', 'µs CPU', 2],
  ['load', 'of the load’s core', 2],
]

/** From when a post is due to when the last stream has it, and what a delivery costs. */
export async function measureLatency(
  server: Server,
  streams: number,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Sample> {
  const warm = perSecond * 2
  const messages = warm + perSecond * seconds
  const { head = 0 } = server
  const receipts = new Receipts(streams, messages, head)
  const onAnswer = (id: number, dueAt: number) => receipts.due(id, dueAt)
  const readers = await openStreams(server, streams, () => ({
    onId: (id) => receipts.received(id),
  }))
  const post = (n: number) => server.broadcast(n)
  await postSteadily(server.port, post, { perSecond, seconds: 2, onAnswer })
  const watch = startWatch(server.pid)
  await postSteadily(server.port, post, { perSecond, seconds, first: warm, onAnswer })
  await allReached(readers, head + messages)
  const { serverCpu, loadShare } = watch.stop()
  checkCounts(readers, head + messages)
  closeAll(readers)
  const latencies = receipts.latencies(warm)
  return {
    p50: median(latencies),
    p99: percentile(latencies, 0.99),
    'µs a delivery': (serverCpu * 1e6) / (streams * perSecond * seconds),
    load: loadShare,
  }
}
