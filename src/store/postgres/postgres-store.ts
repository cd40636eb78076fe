import type { AccountStore } from '../account-store.ts'
import type { AuditStore } from '../audit-store.ts'
import type { BlockStore } from '../block-store.ts'
import type { ConversationStore } from '../conversation-store.ts'
import type { MessageLog } from '../message-log.ts'
import type { PresenceStore } from '../presence-store.ts'
import type { RateLimitCounters } from '../rate-limit-counters.ts'
import type { ReceiptStore } from '../receipt-store.ts'
import type { RetentionStore } from '../retention-store.ts'
import type { RoomStore } from '../room-store.ts'
import type { SessionStore } from '../session-store.ts'
import type { StaffStore } from '../staff-store.ts'
import type { Store, StoreListener } from '../store.ts'
import { Unavailable } from '../store-errors.ts'
import {
  changePassword,
  findByKeys,
  findCredentials,
  findPasswordHash,
  register,
  searchAccounts,
  setDisplayName,
  skeletonsTaken,
} from './accounts.ts'
import { AppendLockProbe } from './append-lock-probe.ts'
import { listBlocks, setBlock } from './blocks.ts'
import type { ChangePoller } from './change-poller.ts'
import { openConversationStore } from './conversations/conversation-store.ts'
import { appendBatch } from './log/append.ts'
import { readBounds } from './log/bounds.ts'
import { changeMessage } from './log/change.ts'
import { findByIdempotencyKey } from './log/idempotency-keys.ts'
import { readPage } from './log/page.ts'
import { readEntries, readMessage } from './log/read.ts'
import { resolveCursor } from './log/resolve-cursor.ts'
import type { NodeLease } from './node-lease.ts'
import type { Pool } from './pool.ts'
import { PostgresCounters } from './rate-limit-counters.ts'
import { findUndelivered, markDelivered, readUndelivered } from './receipts.ts'
import {
  deleteExpiredStep,
  deleteRecordsStep,
  eraseDeletedStep,
  wouldDeleteOverTenth,
} from './retention.ts'
import { openRoomStore } from './rooms/room-store.ts'
import {
  endOwnSessions,
  endSession,
  findSession,
  newestSessions,
  noteUse,
  openSession,
  openSessionWithPassword,
  renewSession,
  sessionsOfAccount,
} from './sessions.ts'
import { loadOrCreateSigningKey } from './signing-key.ts'
import { openAuditStore, openStaffStore } from './staff/staff-store.ts'

export interface PostgresStoreParts {
  pool: Pool
  /** Of few connections, so that those who wait for the log's lock leave the others to messages. */
  commandPool: Pool
  lease: NodeLease
  poller: ChangePoller
  /** `ping` fails when the database has not answered for this long, in ms. */
  unreachableMs: number
}

/** Calls go to the pool. The poller publishes what they changed, and what other nodes changed. */
export class PostgresStore implements Store {
  readonly counters: RateLimitCounters
  readonly rooms: RoomStore
  readonly conversations: ConversationStore
  readonly staff: StaffStore
  readonly audit: AuditStore
  readonly #parts: PostgresStoreParts
  readonly #pool: Pool
  readonly #poller: ChangePoller
  readonly #appendLockProbe: AppendLockProbe

  constructor(parts: PostgresStoreParts) {
    this.#parts = parts
    this.#pool = parts.pool
    this.#poller = parts.poller
    this.counters = new PostgresCounters(parts.pool)
    this.rooms = openRoomStore(parts)
    this.conversations = openConversationStore(parts)
    this.staff = openStaffStore(parts)
    this.audit = openAuditStore(parts.pool)
    this.#appendLockProbe = new AppendLockProbe(parts.pool)
  }

  readonly log: MessageLog = {
    append: (batch, batchId) =>
      this.#poller.appendAndPublish(() => appendBatch(this.#pool, batch, batchId)),
    change: async (session, command) => {
      const executed = await changeMessage(this.#parts.commandPool, session, command)
      if (executed.written) await this.#poller.publishWritten(executed.written)
      return executed.outcome
    },
    findByIdempotencyKey: (account, key) => findByIdempotencyKey(this.#pool, account, key),
    bounds: async () => (await this.#poller.awaitCaughtUp(readBounds(this.#pool))).bounds,
    resolveCursor: (cursor) => this.#poller.awaitCaughtUp(resolveCursor(this.#pool, cursor)),
    read: (after, viewer) => this.#poller.awaitCaughtUp(readEntries(this.#pool, after, viewer)),
    page: (viewer, range) => readPage(this.#pool, viewer, range),
    message: (id, viewer) => readMessage(this.#pool, id, viewer),
  }

  readonly accounts: AccountStore = {
    register: (account, ttlMs, client) => register(this.#pool, account, ttlMs, client),
    skeletonsTaken: (skeletons) => skeletonsTaken(this.#pool, skeletons),
    credentials: (key) => findCredentials(this.#pool, key),
    byKeys: (keys) => findByKeys(this.#pool, keys),
    search: (prefix, limit) => searchAccounts(this.#pool, prefix, limit),
    passwordHash: (account) => findPasswordHash(this.#pool, account),
    setDisplayName: (caller, change) =>
      this.#thenPoll(setDisplayName(this.#parts.commandPool, caller, change)),
    changePassword: (caller, change) =>
      this.#thenPoll(changePassword(this.#parts.commandPool, caller, change)),
  }

  readonly sessions: SessionStore = {
    open: (account, ttlMs, client) =>
      this.#thenPoll(openSession(this.#pool, account, ttlMs, client)),
    openWithPassword: (account, verifiedHash, ttlMs, client) =>
      this.#thenPoll(openSessionWithPassword(this.#pool, account, verifiedHash, ttlMs, client)),
    find: (id) => findSession(this.#pool, id),
    newest: (limit) => newestSessions(this.#pool, limit),
    ofAccount: (account) => sessionsOfAccount(this.#pool, account),
    end: (id) => this.#thenPoll(endSession(this.#parts.commandPool, id)),
    endOwn: (caller, which) =>
      this.#thenPoll(endOwnSessions(this.#parts.commandPool, caller, which)),
    renew: (id, ttlMs, maxMs) => this.#thenPoll(renewSession(this.#pool, id, ttlMs, maxMs)),
    noteUse: (uses) => noteUse(this.#pool, uses),
  }

  readonly blocks: BlockStore = {
    list: (account, range) => listBlocks(this.#pool, account, range),
    set: (caller, key, blocked) => setBlock(this.#parts.commandPool, caller, key, blocked),
  }

  readonly presence: PresenceStore = {
    list: () => this.#poller.presentSessions(),
    change: (change) => this.#thenPoll(this.#parts.lease.changePresence(change)),
  }

  readonly receipts: ReceiptStore = {
    markDelivered: (receipts, epoch) => markDelivered(this.#pool, receipts, epoch),
    undelivered: (viewer) => this.#poller.awaitCaughtUp(findUndelivered(this.#pool, viewer)),
    readUndelivered: (after, upTo, viewer) =>
      this.#poller.awaitCaughtUp(readUndelivered(this.#pool, after, upTo, viewer)),
  }

  readonly retention: RetentionStore = {
    deleteExpired: async (before) => {
      const more = await this.#thenPoll(deleteExpiredStep(this.#pool, before))
      return { more, bounds: await this.log.bounds() }
    },
    deleteRecords: async (before) => ({ more: await deleteRecordsStep(this.#pool, before) }),
    eraseDeleted: async () => ({ more: await eraseDeletedStep(this.#pool) }),
    wouldDeleteOverTenth: (before) => wouldDeleteOverTenth(this.#pool, before),
  }

  subscribe(listener: StoreListener): void {
    this.#poller.subscribe(listener)
  }

  get isUpToDate(): boolean {
    return this.#poller.isUpToDate
  }

  now(): number {
    return this.#poller.now
  }

  signingKey(): Promise<Uint8Array> {
    return loadOrCreateSigningKey(this.#pool)
  }

  async ping(): Promise<void> {
    const { lease, unreachableMs } = this.#parts
    if (this.#poller.msSinceContact > unreachableMs) {
      throw new Unavailable(`PostgreSQL has not been reached for ${unreachableMs} ms`)
    }
    await lease.assertWritable().catch((error) => {
      throw new Unavailable(`PostgreSQL takes no writes: ${error.message}`, { cause: error })
    })
    await this.#appendLockProbe.check()
  }

  /** The disk is not this machine's. */
  async size() {
    return undefined
  }

  async close(): Promise<void> {
    const { poller, lease, pool, commandPool } = this.#parts
    lease.stop()
    await poller.close()
    // If the database is away, the lease expires by itself.
    await lease.markClosed().catch(() => {})
    await Promise.all([pool.close(), commandPool.close()])
  }

  /** The write succeeded, even if its change cannot be published now. */
  async #thenPoll<Value>(written: Promise<Value>): Promise<Value> {
    const value = await written
    await this.#poller.pollAfterWrite()
    return value
  }
}
