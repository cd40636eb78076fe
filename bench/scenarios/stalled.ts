import { openLines, postAll } from '../load/poster.ts'
import { allReached, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { residentBytes } from '../machine/processes.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { obrol } from '../servers/obrol.ts'
import type { Contender, Server } from '../servers/server.ts'
import { type Round, ratio, type Sample, type Scenario } from './scenario.ts'

const streams = 1_000
const inFlight = 64
/** For about as many the kernels take in what the stalled readers do not. */
const first = 10_000
const allRead: Contender = { ...obrol(), name: 'all read' }
const tenth: Contender = { ...obrol(), name: 'one in ten stalled' }

/** How long those who stalled may read the log from the disk, in ms. */
const catchUpMs = 120_000

/** Readers who take nothing must cost the others nothing, and the server no memory without bound. */
export const stalled = (full: boolean): Scenario => ({
  name: 'stalled',
  title: `one reader in ten stalled for ${(full ? 60_000 : 20_000).toLocaleString('en')} messages, 1,000 streams, 64 posts in flight`,
  contenders: [tenth, allRead],
  people: streams,
  // Some 20 s: one who takes nothing is cut off after 60.
  measure: (server, contender) => measure(server, contender === tenth, full ? 60_000 : 20_000),
  goals: [
    {
      told: 'the rest keep ≥ 90 % of their rate',
      value: ratio('messages/s', tenth.name, allRead.name),
      holds: (value) => value >= 0.9,
    },
    {
      told: 'memory: KB for a stalled stream',
      value: costOfStalled,
      holds: (value) => value <= 256,
      unit: 'KB',
    },
  ],
  columns: [
    ['messages/s', 'messages/s to each', 0],
    ['first/s', `messages/s of the first ${first.toLocaleString('en')}`, 0],
    ['µs a message', 'µs CPU', 0],
    ['MB growth', 'MB grown by', 0],
    ['load', 'of the load’s core', 2],
  ],
})

/** What the server grows by more than where all read, for each stalled stream. */
function costOfStalled(round: Round): number | undefined {
  const [stalling, reading] = [tenth, allRead].map(({ name }) => round[name]?.['MB growth'])
  if (stalling === undefined || reading === undefined) return undefined
  return ((stalling - reading) * 1000) / (streams / 10)
}

async function measure(server: Server, stalling: boolean, messages: number): Promise<Sample> {
  const readers = await openStreams(server, streams)
  const lines = await openLines(server.port, inFlight)
  const warm = 6_000
  await postAll(lines, warm, (n) => server.broadcast(n))
  await allReached(readers, warm)
  const still = stalling ? readers.filter((_, index) => index % 10 === 0) : []
  const reading = readers.filter((reader) => !still.includes(reader))
  for (const reader of still) reader.stall()
  const before = residentBytes(server.pid)
  const watch = startWatch(server.pid)
  const began = performance.now()
  await postAll(lines, first, (n) => server.broadcast(n))
  await allReached(reading, warm + first)
  const firstSeconds = (performance.now() - began) / 1000
  await postAll(lines, messages - first, (n) => server.broadcast(n))
  await allReached(reading, warm + messages)
  const { seconds, serverCpu, loadShare } = watch.stop()
  const growth = residentBytes(server.pid) - before
  for (const reader of still) reader.resume()
  await allReached(readers, warm + messages, catchUpMs)
  checkCounts(readers, warm + messages)
  closeAll(readers)
  for (const line of lines) line.close()
  return {
    'messages/s': messages / seconds,
    'first/s': first / firstSeconds,
    'µs a message': (serverCpu * 1e6) / messages,
    'MB growth': growth / 1e6,
    load: loadShare,
  }
}
