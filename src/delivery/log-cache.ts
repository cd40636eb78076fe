import { Semaphore } from '../semaphore.ts'
import type {
  Cursor,
  CursorResolution,
  Entry,
  LogBounds,
  MessageEntry,
  MessageLog,
  Scan,
} from '../store/message-log.ts'
import type { ReceiptStore, Undelivered } from '../store/receipt-store.ts'
import type { StoreUpdate } from '../store/store.ts'
import { type ChunkRange, maxChunkBytes, packChunks } from './http-chunk.ts'
import { type Batch, RecentEvents } from './recent-events.ts'
import { type EncodedEvent, encodeMessage } from './sse-events.ts'

/** A batch from the store, with the bounds of the log at that time. */
export interface StoredBatch extends Batch {
  bounds: LogBounds
}

interface ReadableStore {
  log: Pick<MessageLog, 'bounds' | 'read' | 'resolveCursor'>
  receipts: Omit<ReceiptStore, 'markDelivered'>
}

/** Before `start` and the first update. */
const notLoaded: LogBounds = { epoch: '00000000', oldest: 1, head: 0 }

/** How many reads may run at the same time for all readers together, 256 KiB each. */
const maxConcurrentReads = 4

/** The same for queries with small results: those of one turn go to the store in one message. */
const maxConcurrentQueries = 64

/** The log as this server knows it: its bounds, its newest events in memory, and bounded reads of the rest. */
export class LogCache {
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
    const bounds = await this.#store.log.bounds()
    // An update that arrived meanwhile is newer.
    if (this.#bounds === notLoaded) this.#bounds = bounds
  }

  get head(): number {
    return this.#bounds.head
  }

  get epoch(): string {
    return this.#bounds.epoch
  }

  /** How often the log has diverged, which it can also do under the same epoch. */
  get generation(): number {
    return this.#generation
  }

  /** Applies what was appended. @returns its events, encoded once for all readers */
  applyUpdate({ bounds, entries }: Pick<StoreUpdate, 'bounds' | 'entries'>): EncodedEvent[] {
    const events = entries.map((entry) => encodeMessage(entry as MessageEntry, bounds.epoch))
    this.#bounds = bounds
    this.#recent.push(events)
    this.#recent.dropBefore(bounds.oldest)
    this.#resolveWaiters()
    return events
  }

  /** The log may have lost its end, so the events in memory are dropped. */
  diverged(bounds: LogBounds): void {
    this.#generation++
    this.#bounds = bounds
    this.#recent.clear()
    this.#resolveWaiters()
  }

  /** Resolves at the next update or divergence of the log. */
  nextChange(): Promise<void> {
    return new Promise((resolve) => this.#changeWaiters.push(resolve))
  }

  /** What the account may see after a cursor below the head; undefined if memory does not reach back. */
  readRecent(cursor: number, account: number): Batch | undefined {
    return this.#recent.after(cursor, account, maxChunkBytes)
  }

  /** Packs a batch for writing. Readers who resume at the same place at once share the packed bytes. */
  packBatch({ events, scannedTo }: Batch): readonly ChunkRange[] {
    const last = this.#lastPacked
    if (last?.scannedTo === scannedTo && sameEvents(last.events, events)) return last.ranges
    const ranges = packChunks(events, scannedTo)
    this.#lastPacked = { events, scannedTo, ranges }
    return ranges
  }

  /** What the account may see after a cursor, from the store. */
  read(cursor: number, account: number): Promise<StoredBatch> {
    return this.#readBatch(
      () => this.#store.log.read(cursor, account),
      (entry, { epoch }) => encodeMessage(entry as MessageEntry, epoch),
    )
  }

  /** The undelivered direct messages to the account, with ids in (after, upTo]. */
  readUndelivered(after: number, upTo: number, account: number): Promise<StoredBatch> {
    return this.#readBatch(
      () => this.#store.receipts.readUndelivered(after, upTo, account),
      (entry) => encodeMessage(entry as MessageEntry),
    )
  }

  /** The range of ids that undelivered direct messages to the account can have. */
  undelivered(account: number): Promise<Undelivered> {
    return this.#queries.run(() => this.#store.receipts.undelivered(account))
  }

  resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    return this.#queries.run(() => this.#store.log.resolveCursor(cursor))
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

/** Whether the events are identical; two readers may see as many, but different ones. */
function sameEvents(some: readonly EncodedEvent[], others: readonly EncodedEvent[]): boolean {
  return some.length === others.length && some.every((event, index) => event === others[index])
}
