import type {
  Cursor,
  DeliveryReceipt,
  Draft,
  NewAccount,
  Outcome,
  PageRange,
  PresenceChange,
  Store,
  StoreListener,
} from '../store.ts'
import { Unavailable } from '../store.ts'
import { findCredentials, register, skeletonsTaken } from './accounts.ts'
import { AppendLockProbe } from './append-lock-probe.ts'
import type { ChangePoller } from './change-poller.ts'
import { appendBatch } from './log/append.ts'
import { readBounds } from './log/bounds.ts'
import { readPage } from './log/page.ts'
import { findByIdempotencyKey, readEntries, readEntry } from './log/read.ts'
import { resolveCursor } from './log/resolve-cursor.ts'
import { findUndelivered, markDelivered, readUndelivered } from './log/undelivered.ts'
import type { NodeLease } from './node-lease.ts'
import type { Pool } from './pool.ts'
import { Counts } from './rate-limit-counters.ts'
import { deleteExpiredStep, wouldDeleteOverTenth } from './retention.ts'
import { endSession, findSession, newestSessions, openSession } from './sessions.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'

export interface PostgresStoreParts {
  pool: Pool
  lease: NodeLease
  poller: ChangePoller
  /** `ping` fails when the database has not answered for this long, in ms. */
  unreachableMs: number
}

/** Calls go to the pool. The poller publishes what they changed, and what other nodes changed. */
export class PostgresStore implements Store {
  readonly counts: Counts
  readonly #parts: PostgresStoreParts
  readonly #pool: Pool
  readonly #appendLockProbe: AppendLockProbe

  constructor(parts: PostgresStoreParts) {
    this.#parts = parts
    this.#pool = parts.pool
    this.counts = new Counts(parts.pool)
    this.#appendLockProbe = new AppendLockProbe(parts.pool)
  }

  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]> {
    return this.#parts.poller.trackAppend(() => appendBatch(this.#pool, batch, batchId))
  }

  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void> {
    return markDelivered(this.#pool, receipts, epoch)
  }

  register(account: NewAccount, ttlMs: number) {
    return register(this.#pool, account, ttlMs)
  }

  openSession(account: number, ttlMs: number) {
    return this.#thenPoll(openSession(this.#pool, account, ttlMs))
  }

  endSession(id: number): Promise<boolean> {
    return this.#thenPoll(endSession(this.#pool, id))
  }

  changePresence(change: PresenceChange): Promise<void> {
    return this.#thenPoll(this.#parts.lease.changePresence(change))
  }

  async deleteExpired(before: number | undefined) {
    const more = await this.#thenPoll(deleteExpiredStep(this.#pool, before))
    return { more, bounds: await this.bounds() }
  }

  /** The disk is not this machine's. */
  async size() {
    return undefined
  }

  wouldDeleteOverTenth(before: number) {
    return wouldDeleteOverTenth(this.#pool, before)
  }

  bounds() {
    return this.#parts.poller
      .awaitCaughtUp(readBounds(this.#pool).then((bounds) => ({ bounds })))
      .then(({ bounds }) => bounds)
  }

  read(after: number, viewer: number) {
    return this.#parts.poller.awaitCaughtUp(readEntries(this.#pool, after, viewer))
  }

  readUndelivered(after: number, upTo: number, viewer: number) {
    return this.#parts.poller.awaitCaughtUp(readUndelivered(this.#pool, after, upTo, viewer))
  }

  undelivered(viewer: number) {
    return this.#parts.poller.awaitCaughtUp(findUndelivered(this.#pool, viewer))
  }

  resolveCursor(cursor: Cursor) {
    return this.#parts.poller.awaitCaughtUp(resolveCursor(this.#pool, cursor))
  }

  page(viewer: number, range: PageRange) {
    return readPage(this.#pool, viewer, range)
  }

  entry(id: number, viewer: number) {
    return readEntry(this.#pool, id, viewer)
  }

  findByIdempotencyKey(account: number, key: string) {
    return findByIdempotencyKey(this.#pool, account, key)
  }

  skeletonsTaken(skeletons: readonly string[]) {
    return skeletonsTaken(this.#pool, skeletons)
  }

  credentials(key: string) {
    return findCredentials(this.#pool, key)
  }

  session(id: number) {
    return findSession(this.#pool, id)
  }

  newestSessions(limit: number) {
    return newestSessions(this.#pool, limit)
  }

  presentSessions() {
    return this.#parts.poller.presentSessions()
  }

  subscribe(listener: StoreListener): void {
    this.#parts.poller.subscribe(listener)
  }

  get isUpToDate(): boolean {
    return this.#parts.poller.isUpToDate
  }

  now(): number {
    return this.#parts.poller.now
  }

  signingKey(): Promise<Uint8Array> {
    return loadOrCreateSigningKey(this.#pool)
  }

  async ping(): Promise<void> {
    const { poller, lease, unreachableMs } = this.#parts
    if (poller.msSinceContact > unreachableMs) {
      throw new Unavailable(`PostgreSQL has not been reached for ${unreachableMs} ms`)
    }
    await lease.assertWritable().catch((error) => {
      throw new Unavailable(`PostgreSQL takes no writes: ${error.message}`, { cause: error })
    })
    await this.#appendLockProbe.check()
  }

  async close(): Promise<void> {
    const { poller, lease, pool } = this.#parts
    lease.stop()
    await poller.close()
    // If the database is away, the lease expires by itself.
    await lease.markClosed().catch(() => {})
    await pool.close()
  }

  /** The write succeeded, even if its change cannot be published now. */
  async #thenPoll<Value>(written: Promise<Value>): Promise<Value> {
    const value = await written
    await this.#parts.poller.pollWithTimeout().catch(() => {})
    return value
  }
}
