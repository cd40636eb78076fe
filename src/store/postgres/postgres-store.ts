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
import { Accounts } from './accounts.ts'
import { AppendLockProbe } from './append-lock-probe.ts'
import type { ChangePoller } from './change-poller.ts'
import { Counts } from './counts.ts'
import { DeliveryReceipts } from './delivered.ts'
import { appendBatch } from './log/append.ts'
import { readBounds } from './log/bounds.ts'
import { findByIdempotencyKey } from './log/idempotency-keys.ts'
import { readPage } from './log/page.ts'
import { EntryReader } from './log/read.ts'
import { resolveCursor } from './log/resolve-cursor.ts'
import type { Node } from './node.ts'
import type { Pool } from './pool.ts'
import { deleteExpiredStep, wouldDeleteOverTenth } from './retention.ts'
import { Sessions } from './sessions.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'

export interface PostgresStoreParts {
  pool: Pool
  node: Node
  poller: ChangePoller
  /** How long those who are here stay present when it is closed, in ms. */
  graceMs: number
  /** `ping` fails when nothing was reached for so long, in ms. */
  unreachableMs: number
}

/** The store on PostgreSQL: calls go to the pool, and the poller brings what they and others did. */
export class PostgresStore implements Store {
  readonly counts: Counts
  readonly #parts: PostgresStoreParts
  readonly #entries: EntryReader
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #receipts: DeliveryReceipts
  readonly #appendLockProbe: AppendLockProbe

  constructor(parts: PostgresStoreParts) {
    this.#parts = parts
    const { pool } = parts
    this.counts = new Counts(pool)
    this.#entries = new EntryReader(pool)
    this.#accounts = new Accounts(pool)
    this.#sessions = new Sessions(pool)
    this.#receipts = new DeliveryReceipts(pool)
    this.#appendLockProbe = new AppendLockProbe(pool)
  }

  async append(batch: readonly Draft[], batchId: string): Promise<Outcome[]> {
    const { pool, poller } = this.#parts
    const { outcomes } = await poller.trackAppend(
      () => appendBatch(pool, batch, batchId),
      ({ outcomes, epoch }) => ({
        epoch,
        entries: outcomes.flatMap((outcome) =>
          outcome.kind === 'appended' ? [outcome.entry] : [],
        ),
      }),
    )
    return outcomes
  }

  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void> {
    return this.#receipts.record(receipts, epoch)
  }

  register(account: NewAccount, ttlMs: number) {
    return this.#accounts.register(account, ttlMs)
  }

  openSession(account: number, ttlMs: number) {
    return this.#thenPoll(this.#sessions.open(account, ttlMs))
  }

  endSession(id: number): Promise<boolean> {
    return this.#thenPoll(this.#sessions.end(id))
  }

  changePresence(change: PresenceChange): Promise<void> {
    return this.#thenPoll(this.#parts.node.changePresence(change))
  }

  async deleteExpired(before: number | undefined) {
    const more = await this.#thenPoll(deleteExpiredStep(this.#parts.pool, before))
    return { more, bounds: await this.bounds() }
  }

  async size() {
    return undefined
  }

  wouldDeleteOverTenth(before: number) {
    return wouldDeleteOverTenth(this.#parts.pool, before)
  }

  bounds() {
    const { poller, pool } = this.#parts
    return poller
      .awaitCaughtUp(readBounds(pool).then((bounds) => ({ bounds })))
      .then(({ bounds }) => bounds)
  }

  read(after: number, viewer: number) {
    return this.#parts.poller.awaitCaughtUp(this.#entries.read(after, viewer))
  }

  readUndelivered(after: number, upTo: number, viewer: number) {
    return this.#parts.poller.awaitCaughtUp(this.#entries.readUndelivered(after, upTo, viewer))
  }

  undelivered(viewer: number) {
    return this.#parts.poller.awaitCaughtUp(this.#entries.undelivered(viewer))
  }

  resolveCursor(cursor: Cursor) {
    return this.#parts.poller.awaitCaughtUp(resolveCursor(this.#parts.pool, cursor))
  }

  page(viewer: number, range: PageRange) {
    return readPage(this.#parts.pool, viewer, range)
  }

  entry(id: number, viewer: number) {
    return this.#entries.entry(id, viewer)
  }

  findByIdempotencyKey(account: number, key: string) {
    return findByIdempotencyKey(this.#parts.pool, account, key)
  }

  skeletonsTaken(skeletons: readonly string[]) {
    return this.#accounts.skeletonsTaken(skeletons)
  }

  credentials(key: string) {
    return this.#accounts.credentials(key)
  }

  session(id: number) {
    return this.#sessions.alive(id)
  }

  newestSessions(limit: number) {
    return this.#sessions.newest(limit)
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
    return loadOrCreateSigningKey(this.#parts.pool)
  }

  async ping(): Promise<void> {
    const { poller, unreachableMs } = this.#parts
    if (poller.msSinceContact > unreachableMs) {
      throw new Unavailable(`PostgreSQL has not been reached for ${unreachableMs} ms`)
    }
    await poller.assertWritable().catch((error) => {
      throw new Unavailable(`PostgreSQL takes no writes: ${error.message}`, { cause: error })
    })
    await this.#appendLockProbe.check()
  }

  async close(): Promise<void> {
    const { poller, node, pool, graceMs } = this.#parts
    await poller.close()
    // Where the database is away, the lease runs out by itself.
    await node.markClosed(graceMs).catch(() => {})
    await pool.close()
  }

  /** What was done stands, also where it cannot be told just now. */
  async #thenPoll<Value>(written: Promise<Value>): Promise<Value> {
    const value = await written
    await this.#parts.poller.pollWithTimeout().catch(() => {})
    return value
  }
}
