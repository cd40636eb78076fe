import { openConnections, type PostConnection, postAll } from '../load/poster.ts'
import type { Reader } from '../load/reader.ts'
import { allReceived, checkCounts, closeAll, openStreams } from '../load/streams.ts'
import { residentBytes } from '../machine/processes.ts'
import { startWatch } from '../machine/stopwatch.ts'
import { obrol } from '../servers/obrol.ts'
import type { Server } from '../servers/server.ts'
import { figure, type Sample, type Scenario } from './scenario.ts'

const streams = 1_000
const inFlight = 64
/** About as many messages fit into the socket buffers of stalled readers. */
const first = 10_000

/** How long the stalled readers may take to catch up from the disk, in ms. */
const catchUpMs = 120_000

/** The messages that all readers read before and after, and how long a tenth stalls, in seconds. */
interface Laps {
  warm: number
  read: number
  stalled: number
}

/** The server disconnects a reader that reads nothing for 60 s. */
const lapsOf = (full: boolean): Laps =>
  full ? { warm: 20_000, read: 30_000, stalled: 20 } : { warm: 10_000, read: 10_000, stalled: 7 }

/**
 * Stalled readers must not slow down the others, nor make the server's memory grow without a bound.
 * Measured before, meanwhile and after on one server, because the rate of the same code differs by
 * more than a tenth between processes.
 */
export const stalled = (full: boolean): Scenario => ({
  name: 'stalled',
  title: `one reader in ten stalled for some ${lapsOf(full).stalled} s, 1,000 streams, 64 posts in flight`,
  short: 'one reader in ten stalled',
  contenders: [obrol()],
  people: streams,
  measure: (server) => measure(server, lapsOf(full)),
  goals: [
    {
      told: 'the rest keep ≥ 90 % of their rate',
      value: ({ obrol }) =>
        obrol && (obrol['stalled/s'] as number) / (obrol['all read/s'] as number),
      holds: (value) => value >= 0.9,
    },
    {
      told: 'memory ≤ 256 KB for a stalled stream',
      value: figure('KB', 'obrol'),
      holds: (value) => value <= 256,
      unit: 'KB',
    },
  ],
  columns: [
    ['all read/s', 'messages/s to each, before and after', 0],
    ['stalled/s', 'with a tenth stalled', 0],
    ['first/s', `of these the first ${first.toLocaleString('en')}`, 0],
    ['KB', 'KB for a stalled stream', 0],
    ['load', 'of the load’s core', 2],
  ],
})

async function measure(server: Server, { warm, read, stalled }: Laps): Promise<Sample> {
  const readers = await openStreams(server, streams)
  const lap = new Lap(server, await openConnections(server.port, inFlight))
  await lap.run(warm, readers)
  const before = await lap.run(read, readers)

  const still = readers.filter((_, index) => index % 10 === 0)
  const reading = readers.filter((_, index) => index % 10 !== 0)
  for (const reader of still) reader.stall()
  const resident = residentBytes(server.pid)
  const watch = startWatch(server.pid)
  // As many as all would read in that time.
  const messages = Math.max(2 * first, Math.round((stalled * read) / before))
  const atFirst = await lap.run(first, reading)
  const later = await lap.run(messages - first, reading)
  const { loadShare } = watch.stop()
  const growth = residentBytes(server.pid) - resident

  for (const reader of still) reader.resume()
  await allReceived(readers, lap.posted, catchUpMs)
  const after = await lap.run(read, readers)
  checkCounts(readers, lap.posted)
  closeAll(readers)
  lap.close()
  return {
    'all read/s': (2 * read) / (before + after),
    'stalled/s': messages / (atFirst + later),
    'first/s': first / atFirst,
    KB: growth / 1000 / still.length,
    load: loadShare,
  }
}

/** Posts in batches, each until it was read. */
class Lap {
  posted = 0
  readonly #server: Server
  readonly #lines: readonly PostConnection[]

  constructor(server: Server, lines: readonly PostConnection[]) {
    this.#server = server
    this.#lines = lines
  }

  /** @returns how long it took until these readers had all messages, in seconds */
  async run(messages: number, readers: readonly Reader[]): Promise<number> {
    const began = performance.now()
    await postAll(this.#lines, messages, (n) => this.#server.broadcast(n))
    this.posted += messages
    await allReceived(readers, this.posted)
    return (performance.now() - began) / 1000
  }

  close(): void {
    for (const line of this.#lines) line.close()
  }
}
