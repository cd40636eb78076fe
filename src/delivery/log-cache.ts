import { Semaphore } from '../semaphore.ts'
import type {
  Cursor,
  CursorResolution,
  Entry,
  LogBounds,
  MessageLog,
  Scan,
} from '../store/message-log.ts'
import type { ReceiptStore, Undelivered } from '../store/receipt-store.ts'
import type { Memberships, RoomStore } from '../store/room-store.ts'
import type { StoreUpdate } from '../store/store.ts'
import { type EncodedEntry, encodeEntry, eventFor } from './encoded-entry.ts'
import type { EventSet } from './event-names.ts'
import { type ChunkRange, maxChunkBytes } from './http-chunk.ts'
import { PackedBatches } from './packed-events.ts'
import { type Batch, RecentEvents, type Retelling } from './recent-events.ts'
import type { AccountRooms } from './room-members.ts'

/** A batch from the store, with the bounds of the log at that time. */
export interface StoredBatch extends Batch {
  bounds: LogBounds
}

interface ReadableStore {
  log: Pick<MessageLog, 'bounds' | 'read' | 'resolveCursor'>
  rooms: Pick<RoomStore, 'memberships'>
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
  readonly #flushChanges: () => void
  readonly #reads = new Semaphore(maxConcurrentReads)
  readonly #packed = new PackedBatches()
  readonly #queries = new Semaphore(maxConcurrentQueries)
  #bounds = notLoaded
  #generation = 0
  #changeWaiters: (() => void)[] = []

  /** @param flushChanges applies the pending update, if it edits or deletes older messages */
  constructor(store: ReadableStore, flushChanges: () => void, recent = new RecentEvents()) {
    this.#store = store
    this.#flushChanges = flushChanges
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

  /**
   * Applies what was appended. From then on nothing here holds what a message was before it was edited or
   * deleted.
   *
   * @returns the entries as they are told after all of them, encoded once for all readers
   */
  applyUpdate({
    bounds,
    entries,
  }: Pick<StoreUpdate, 'bounds' | 'entries'>): readonly EncodedEntry[] {
    const { epoch, oldest } = bounds
    const encoded = entries.map((entry) => encodeEntry(entry, epoch))
    const retellings = entries.filter(isRetelling)
    this.#bounds = bounds
    const told = this.#recent.push(encoded, { retellings, epoch, oldest })
    if (retellings.length > 0) this.#packed.clear()
    this.#resolveWaiters()
    return told
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

  /**
   * What the account's streams carry after a cursor below the head. Undefined if memory does not reach
   * back, or does not tell which rooms may be read.
   */
  readRecent(cursor: number, rooms: AccountRooms): Batch | undefined {
    this.#flushChanges()
    if (!rooms.areKnownSince(cursor, this.head)) return undefined
    return this.#recent.after(cursor, rooms, maxChunkBytes)
  }

  /** Packs a batch for writing, as `PackedBatches.pack`. */
  packBatch(batch: Batch, set: EventSet): readonly ChunkRange[] {
    return this.#packed.pack(batch, set)
  }

  /** What the account's streams carry after a cursor, from the store. */
  async read(cursor: number, account: number): Promise<StoredBatch> {
    const scan = await this.#reads.run(() => this.#store.log.read(cursor, account))
    return encodeScan(scan, account, scan.bounds.epoch)
  }

  /** Whether a batch from the store tells of a message that has been edited or deleted since it was read. */
  isOutdated({ events, bounds }: StoredBatch): boolean {
    this.#flushChanges()
    return this.#recent.areOutdated(events, bounds.head)
  }

  /** The undelivered direct messages to the account, with ids in (after, upTo]. */
  async readUndelivered(after: number, upTo: number, account: number): Promise<StoredBatch> {
    const { receipts } = this.#store
    const scan = await this.#reads.run(() => receipts.readUndelivered(after, upTo, account))
    return encodeScan(scan, account)
  }

  /** The range of ids that undelivered direct messages to the account can have. */
  undelivered(account: number): Promise<Undelivered> {
    return this.#queries.run(() => this.#store.receipts.undelivered(account))
  }

  resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    return this.#queries.run(() => this.#store.log.resolveCursor(cursor))
  }

  memberships(account: number): Promise<Memberships> {
    return this.#queries.run(() => this.#store.rooms.memberships(account))
  }

  #resolveWaiters(): void {
    for (const resolve of this.#changeWaiters.splice(0)) resolve()
  }
}

function isRetelling(entry: Entry): entry is Retelling {
  return entry.kind === 'edited' || entry.kind === 'deleted' || entry.kind === 'room-deleted'
}

/** @param epoch see `encodeEntry` */
function encodeScan(
  { entries, scannedTo, bounds }: Scan,
  account: number,
  epoch?: string,
): StoredBatch {
  const events = entries.flatMap((entry) => eventFor(encodeEntry(entry, epoch), account) ?? [])
  return { events, scannedTo, bounds }
}
