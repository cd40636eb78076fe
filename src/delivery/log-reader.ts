import { Semaphore } from '../semaphore.ts'
import type {
  Cursor,
  CursorResolution,
  Entry,
  LogBounds,
  Scan,
  Store,
  StoreUpdate,
  Undelivered,
} from '../store/store.ts'
import { type ChunkRange, packChunks } from './chunk.ts'
import { RecentEvents } from './recent-events.ts'
import { type EncodedEvent, encodeMessage, encodeUndelivered } from './sse-events.ts'

/** What one step of reading on found: events the reader may see, and how far that is everything. */
export interface Batch {
  events: EncodedEvent[]
  scannedTo: number
}

/** One that was read from the store, with the log's edges then. */
export interface StoredBatch extends Batch {
  bounds: LogBounds
}

type ReadableStore = Pick<
  Store,
  'bounds' | 'read' | 'readUndelivered' | 'undelivered' | 'hasNothingUndelivered' | 'resolveCursor'
>

/** What fits in one write: see Block. */
const maxBatchBytes = 65_536

/** Before anything was told of the log. */
const notLoaded: LogBounds = { epoch: '00000000', oldest: 1, head: 0 }

/** How many reads of the store may be under way for all readers together, 256 KiB each. */
const maxConcurrentReads = 4

/** The same of questions whose answers are small: those of one turn go to the store together. */
const maxConcurrentQueries = 64

/**
 * The log as this server follows it: its head, the newest events in memory, and bounded reads of
 * what lies further back.
 */
export class LogReader {
  readonly #store: ReadableStore
  readonly #recent: RecentEvents
  readonly #reads = new Semaphore(maxConcurrentReads)
  readonly #queries = new Semaphore(maxConcurrentQueries)
  #bounds = notLoaded
  #generation = 0
  #changeWaiters: (() => void)[] = []
  #lastPacked: (Batch & { ranges: readonly ChunkRange[] }) | undefined

  constructor(store: ReadableStore, recent = new RecentEvents()) {
    this.#store = store
    this.#recent = recent
  }

  async start(): Promise<void> {
    const bounds = await this.#store.bounds()
    // What was told meanwhile is newer: taken back to this, the next news would leave a hole.
    if (this.#bounds === notLoaded) this.#bounds = bounds
  }

  get head(): number {
    return this.#bounds.head
  }

  get epoch(): string {
    return this.#bounds.epoch
  }

  /** How often the log has turned, which it also may without another epoch. */
  get generation(): number {
    return this.#generation
  }

  /** Takes in what the log brought; answers its events, encoded once. */
  applyUpdate({ bounds, entries }: Pick<StoreUpdate, 'bounds' | 'entries'>): EncodedEvent[] {
    const events = entries.map((entry) => encodeMessage(entry, bounds.epoch))
    this.#bounds = bounds
    this.#recent.push(events)
    this.#recent.dropBefore(bounds.oldest)
    this.#resolveWaiters()
    return events
  }

  /** The log may have gone back: nothing that is remembered of it is certain any more. */
  diverged(bounds: LogBounds): void {
    this.#generation++
    this.#bounds = bounds
    this.#recent.clear()
    this.#resolveWaiters()
  }

  /** Resolves when the log has moved on, or has turned. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => this.#changeWaiters.push(resolve))
  }

  /** What the account may see next after a cursor that is below the head, if memory holds it. */
  readRecent(cursor: number, account: number): Batch | undefined {
    return this.#recent.after(cursor, account, maxBatchBytes)
  }

  /**
   * What is to be written for a batch. Many who come back at once have missed the same: they share
   * the bytes of the last one who did.
   */
  packBatch({ events, scannedTo }: Batch): readonly ChunkRange[] {
    const last = this.#lastPacked
    if (last?.scannedTo === scannedTo && sameEvents(last.events, events)) return last.ranges
    const ranges = packChunks(events, scannedTo)
    this.#lastPacked = { events, scannedTo, ranges }
    return ranges
  }

  /** What the account may see next after a cursor, from the store. */
  read(cursor: number, account: number): Promise<StoredBatch> {
    return this.#readBatch(
      () => this.#store.read(cursor, account),
      (entry, { epoch }) => encodeMessage(entry, epoch),
    )
  }

  /** The direct messages that were kept for the account, with ids in (after, upTo]. */
  readUndelivered(after: number, upTo: number, account: number): Promise<StoredBatch> {
    return this.#readBatch(
      () => this.#store.readUndelivered(after, upTo, account),
      encodeUndelivered,
    )
  }

  /** Where it is known at once that no direct message waits for the account. */
  hasNothingUndelivered(account: number): Undelivered | undefined {
    return this.#store.hasNothingUndelivered?.(account)
  }

  undelivered(account: number): Promise<Undelivered> {
    return this.#queries.run(() => this.#store.undelivered(account))
  }

  resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    return this.#queries.run(() => this.#store.resolveCursor(cursor))
  }

  #resolveWaiters(): void {
    for (const resolve of this.#changeWaiters.splice(0)) resolve()
  }

  async #readBatch(
    read: () => Promise<Scan>,
    encode: (entry: Entry, bounds: LogBounds) => EncodedEvent,
  ): Promise<StoredBatch> {
    const { entries, scannedTo, bounds } = await this.#reads.run(read)
    return { events: entries.map((entry) => encode(entry, bounds)), scannedTo, bounds }
  }
}

/** Whether these are the very same events: two readers may see as many, and others. */
function sameEvents(some: readonly EncodedEvent[], others: readonly EncodedEvent[]): boolean {
  return some.length === others.length && some.every((event, index) => event === others[index])
}
