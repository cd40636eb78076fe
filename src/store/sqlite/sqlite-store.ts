import type { AccountStore } from '../account-store.ts'
import type { AuditStore } from '../audit-store.ts'
import type { BlockStore } from '../block-store.ts'
import type { ConversationStore } from '../conversation-store.ts'
import type { MessageLog } from '../message-log.ts'
import type { PresenceStore } from '../presence-store.ts'
import type { ReceiptStore } from '../receipt-store.ts'
import type { RetentionStore } from '../retention-store.ts'
import type { RoomStore } from '../room-store.ts'
import type { SessionStore } from '../session-store.ts'
import type { StaffStore } from '../staff-store.ts'
import type { Store, StoreListener, StoreUpdate } from '../store.ts'
import { Unavailable } from '../store-errors.ts'
import { MainThreadReads } from './main-thread-reads.ts'
import { noEvents } from './no-events.ts'
import type { Reader } from './reader.ts'
import { RoomCommandBatcher } from './rooms/room-command-batcher.ts'
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
  /** Deletes the databases from before an upgrade that are old enough. */
  deleteUpgradeCopies: () => Promise<void>
  releaseLock: () => void
}

/**
 * The store on SQLite. Writes and large reads run in two threads, small reads on the event loop: the
 * tables of calls below say what runs where.
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

  readonly log: MessageLog = {
    append: (batch, batchId) => this.#publish(this.#writer.call('append', batch, batchId)),
    change: (session, command) =>
      this.#publish(this.#writer.call('changeMessage', session, command)),
    findByIdempotencyKey: (account, key) => this.#reader.call('findByIdempotencyKey', account, key),
    bounds: () => this.#reader.call('bounds'),
    resolveCursor: (cursor) => this.#mainThread.resolveCursor(cursor),
    read: (after, viewer) => this.#reader.call('read', after, viewer),
    page: (viewer, range) => this.#reader.call('page', viewer, range),
    message: (id, viewer) => this.#reader.call('message', id, viewer),
  }

  readonly accounts: AccountStore = {
    register: (account, ttlMs, client) =>
      this.#publish(this.#writer.call('register', account, ttlMs, client)),
    skeletonsTaken: (skeletons) => this.#reader.call('skeletonsTaken', skeletons),
    credentials: (key) => this.#reader.call('credentials', key),
    setDisplayName: (caller, change) =>
      this.#publish(this.#writer.call('setDisplayName', caller, change)),
    changePassword: (caller, change) =>
      this.#publish(this.#writer.call('changePassword', caller, change)),
    byKeys: (keys) => this.#reader.call('accountsByKeys', keys),
    search: (prefix, limit) => this.#reader.call('searchAccounts', prefix, limit),
    passwordHash: (account) => this.#reader.call('passwordHash', account),
  }

  readonly sessions: SessionStore = {
    open: (account, ttlMs, client) =>
      this.#publish(this.#writer.call('openSession', account, ttlMs, client)),
    openWithPassword: (account, verifiedHash, ttlMs, client) =>
      this.#publish(
        this.#writer.call('openSessionWithPassword', account, verifiedHash, ttlMs, client),
      ),
    find: (id) => this.#mainThread.findSession(id),
    newest: (limit) => this.#mainThread.newestSessions(limit),
    ofAccount: (account) => this.#reader.call('sessionsOfAccount', account),
    end: (id) => this.#publish(this.#writer.call('endSession', id)),
    endOwn: (caller, which) => this.#publish(this.#writer.call('endOwnSessions', caller, which)),
    renew: (id, ttlMs, maxMs) => this.#publish(this.#writer.call('renewSession', id, ttlMs, maxMs)),
    noteUse: (uses) => this.#publish(this.#writer.call('noteUse', uses)),
  }

  readonly #roomCommands = new RoomCommandBatcher({
    run: (calls) => this.#publish(this.#writer.call('executeRoomCommands', calls)),
  })

  readonly blocks: BlockStore = {
    list: (account, range) => this.#reader.call('listBlocks', account, range),
    set: (caller, key, blocked) =>
      this.#publish(this.#writer.call('setBlock', caller, key, blocked)),
  }

  readonly rooms: RoomStore = {
    execute: (session, command, idempotency) =>
      this.#roomCommands.execute({ session, command, idempotency }),
    find: (viewer, room) => this.#reader.call('findRoom', viewer, room),
    list: (viewer, query) => this.#reader.call('listRooms', viewer, query),
    members: (viewer, room, range) => this.#reader.call('roomMembers', viewer, room, range),
    bans: (viewer, room, range) => this.#reader.call('roomBans', viewer, room, range),
    memberships: (account) => this.#mainThread.memberships(account),
  }

  readonly conversations: ConversationStore = {
    list: (viewer, query) => this.#reader.call('listConversations', viewer, query),
    find: (viewer, key) => this.#reader.call('findConversation', viewer, key),
    mute: (viewer, key, muted) =>
      this.#publish(this.#writer.call('muteConversation', viewer, key, muted)),
    markRead: (viewer, key, upTo) =>
      this.#publish(this.#writer.call('markRead', viewer, key, upTo)),
    tellTyping: async (viewer, key) => {
      const typing = await this.#mainThread.typing(viewer, key)
      if (typeof typing === 'string') return typing
      this.#tell({ ...noEvents, typing: [typing], bounds: this.#mainThread.publishedBounds })
      return 'done'
    },
  }

  readonly presence: PresenceStore = {
    list: () => this.#reader.call('presentSessions'),
    change: (change) => this.#publish(this.#writer.call('changePresence', change)),
  }

  readonly receipts: ReceiptStore = {
    markDelivered: (receipts, epoch) =>
      this.#publish(this.#writer.call('markDelivered', receipts, epoch)),
    undelivered: (viewer) => this.#mainThread.undelivered(viewer),
    readUndelivered: (after, upTo, viewer) =>
      this.#reader.call('readUndelivered', after, upTo, viewer),
  }

  readonly staff: StaffStore = {
    execute: (call, command) =>
      this.#publish(this.#writer.call('executeStaffCommand', call, command)),
    useSetupCode: (use) => this.#publish(this.#writer.call('useSetupCode', use)),
    setupUser: (hash) => this.#reader.call('setupUser', hash),
    roleOf: (caller) => this.#reader.call('roleOf', caller),
    list: (query) => this.#reader.call('listStaffUsers', query),
    restriction: (what, account) => this.#reader.call('restriction', what, account),
    hasAdmin: () => this.#reader.call('hasAdmin'),
  }

  readonly audit: AuditStore = {
    list: (query) => this.#reader.call('listAudit', query),
  }

  readonly retention: RetentionStore = {
    deleteExpired: async (before) => {
      const step = await this.#publish(this.#writer.call('deleteExpired', before))
      if (!step.more) await this.#parts.deleteUpgradeCopies()
      return step
    },
    deleteRecords: (before) => this.#publish(this.#writer.call('deleteRecords', before)),
    eraseDeleted: () => this.#publish(this.#writer.call('eraseDeleted')),
    wouldDeleteOverTenth: (before) => this.#reader.call('wouldDeleteOverTenth', before),
  }

  subscribe(listener: StoreListener): void {
    this.#listener = listener
  }

  now(): number {
    return (this.#parts.now ?? Date.now)()
  }

  async signingKey(): Promise<Uint8Array> {
    return this.#parts.signingKey()
  }

  async ping(): Promise<void> {
    await Promise.all([
      this.#mainThread.ping(),
      this.#writer.call('ping'),
      this.#reader.call('ping'),
    ])
  }

  size() {
    return this.#reader.call('size')
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
    if (update) this.#tell(update)
    return value
  }

  #tell(update: StoreUpdate): void {
    this.#mainThread.applyUpdate(update)
    this.#listener?.updated(update)
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
