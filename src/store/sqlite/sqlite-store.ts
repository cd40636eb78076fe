import {
  type Cursor,
  type DeliveryReceipt,
  type Draft,
  type Entry,
  type NewAccount,
  type Outcome,
  type PageRange,
  type PresenceChange,
  type Session,
  type Store,
  type StoreListener,
  Unavailable,
} from '../store.ts'
import { MainThreadReads } from './main-thread-reads.ts'
import type { Reader } from './reader.ts'
import { WorkerClient } from './worker-client.ts'
import type { WriteResult, Writer } from './writer.ts'

export interface SqliteStoreParts {
  /** Of both threads. */
  module: URL
  /** Migrated, and with a new epoch. */
  database: string
  now: (() => number) | undefined
  maxPages: number | undefined
  onFatal: (error: Error) => void
  signingKey: () => Uint8Array
  releaseLock: () => void
}

/**
 * The store on SQLite. Writes and large reads run in two threads, small reads on the event loop.
 */
export class SqliteStore implements Store {
  readonly #writer: WorkerClient<Writer>
  readonly #reader: WorkerClient<Reader>
  readonly #mainThread: MainThreadReads
  readonly #parts: SqliteStoreParts
  /** No other process writes. */
  readonly isUpToDate = true
  #listener: StoreListener | undefined
  #failed = false

  constructor(parts: SqliteStoreParts) {
    const { module, database: file, now, maxPages } = parts
    this.#parts = parts
    this.#mainThread = new MainThreadReads(file, () => this.now())
    const common = {
      module,
      now,
      onReplies: () => this.#mainThread.endSnapshot(),
      onFailed: (error: Error) => this.#fail(error),
    }
    this.#writer = new WorkerClient({ ...common, data: { role: 'writer', file, maxPages } })
    this.#reader = new WorkerClient({ ...common, data: { role: 'reader', file, maxPages } })
  }

  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]> {
    return this.#publish(this.#writer.call('append', batch, batchId))
  }

  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void> {
    return this.#publish(this.#writer.call('markDelivered', receipts, epoch))
  }

  register(account: NewAccount, ttlMs: number): Promise<Session | 'taken'> {
    return this.#publish(this.#writer.call('register', account, ttlMs))
  }

  openSession(account: number, ttlMs: number): Promise<Session> {
    return this.#publish(this.#writer.call('openSession', account, ttlMs))
  }

  endSession(id: number): Promise<boolean> {
    return this.#publish(this.#writer.call('endSession', id))
  }

  changePresence(change: PresenceChange): Promise<void> {
    return this.#publish(this.#writer.call('changePresence', change))
  }

  deleteExpired(before: number | undefined) {
    return this.#publish(this.#writer.call('deleteExpired', before))
  }

  wouldDeleteOverTenth(before: number) {
    return this.#reader.call('wouldDeleteOverTenth', before)
  }

  now(): number {
    return (this.#parts.now ?? Date.now)()
  }

  bounds() {
    return this.#reader.call('bounds')
  }

  read(after: number, viewer: number) {
    return this.#reader.call('read', after, viewer)
  }

  readUndelivered(after: number, upTo: number, viewer: number) {
    return this.#reader.call('readUndelivered', after, upTo, viewer)
  }

  undelivered(viewer: number) {
    return this.#mainThread.undelivered(viewer)
  }

  hasNothingUndelivered(viewer: number) {
    return this.#mainThread.hasNothingUndelivered(viewer)
  }

  resolveCursor(cursor: Cursor) {
    return this.#mainThread.resolveCursor(cursor)
  }

  page(viewer: number, range: PageRange) {
    return this.#reader.call('page', viewer, range)
  }

  entry(id: number, viewer: number): Promise<Entry | undefined> {
    return this.#reader.call('entry', id, viewer)
  }

  findByIdempotencyKey(account: number, key: string) {
    return this.#reader.call('findByIdempotencyKey', account, key)
  }

  credentials(key: string) {
    return this.#reader.call('credentials', key)
  }

  skeletonsTaken(skeletons: readonly string[]) {
    return this.#reader.call('skeletonsTaken', skeletons)
  }

  session(id: number) {
    return this.#mainThread.session(id)
  }

  newestSessions(limit: number) {
    return this.#mainThread.newestSessions(limit)
  }

  presentSessions() {
    return this.#reader.call('presentSessions')
  }

  subscribe(listener: StoreListener): void {
    this.#listener = listener
  }

  async signingKey(): Promise<Uint8Array> {
    return this.#parts.signingKey()
  }

  size() {
    return this.#reader.call('size')
  }

  async ping(): Promise<void> {
    await Promise.all([
      this.#mainThread.ping(),
      this.#writer.call('ping'),
      this.#reader.call('ping'),
    ])
  }

  async close(): Promise<void> {
    // The last connection to close moves the write-ahead log into the database, so it has to be the
    // writer's.
    this.#mainThread.close(new Unavailable('The store is closed'))
    await this.#reader.close()
    await this.#writer.close()
    this.#parts.releaseLock()
  }

  /** Replies arrive in the order of their commits, so the listener gets updates in that order. */
  async #publish<Value>(written: Promise<WriteResult<Value>>): Promise<Value> {
    const { value, update } = await written
    if (update) {
      this.#mainThread.applyUpdate(update)
      this.#listener?.updated(update)
    }
    return value
  }

  #fail(error: Error): void {
    if (this.#failed) return
    this.#failed = true
    this.#mainThread.close(new Unavailable(error.message, { cause: error }))
    this.#writer.abandon(error)
    this.#reader.abandon(error)
    this.#parts.onFatal(error)
  }
}
