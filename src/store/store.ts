import type { AccountStore } from './account-store.ts'
import type { AuditStore } from './audit-store.ts'
import type { BlockStore } from './block-store.ts'
import type { ConversationStore, ReadMarker, TypingSignal } from './conversation-store.ts'
import type { Entry, LogBounds, MessageLog } from './message-log.ts'
import type { Account } from './person.ts'
import type { PresenceStore, PresentSession } from './presence-store.ts'
import type { RateLimitCounters } from './rate-limit-counters.ts'
import type { ReceiptStore } from './receipt-store.ts'
import type { RetentionStore } from './retention-store.ts'
import type { RoomStore } from './room-store.ts'
import type { RenewedSession, SessionStore } from './session-store.ts'
import type { StaffStore } from './staff-store.ts'
import type { TokenStore } from './token-store.ts'

/**
 * Everything the server stores. `sqlite/` implements it for one process, `postgres/` for many nodes.
 *
 * Times are Unix milliseconds by the store's own clock. Ids are whole numbers from 1.
 */
export interface Store {
  readonly log: MessageLog
  readonly accounts: AccountStore
  readonly sessions: SessionStore
  readonly tokens: TokenStore
  readonly presence: PresenceStore
  readonly blocks: BlockStore
  readonly rooms: RoomStore
  readonly conversations: ConversationStore
  readonly receipts: ReceiptStore
  readonly staff: StaffStore
  readonly audit: AuditStore
  readonly retention: RetentionStore
  /** Undefined on SQLite, where one process can count in memory. */
  readonly counters?: RateLimitCounters

  /**
   * The listener gets what a `StoreUpdate` can tell, by this node or another, in the order of the commits
   * and before the call that made it resolves. On PostgreSQL it comes later if the poll for it fails:
   * the call resolves, and the next poll brings the change. There is one listener.
   */
  subscribe(listener: StoreListener): void

  /** Whether this node has all changes that are older than a second. Always true on SQLite. */
  readonly isUpToDate: boolean

  /** The clock by which sessions expire, as far as this node knows it. Unix ms. */
  now(): number

  /** The key that signs tokens, 32 bytes or more. It is made once and stored with the log. */
  signingKey(): Promise<Uint8Array>

  /** Resolves when the store can read and write. @throws {Unavailable} */
  ping(): Promise<void>

  /** Undefined where the database is on another machine. */
  size(): Promise<DatabaseSize | undefined>

  /** Finishes the calls under way, then closes files, threads and connections. */
  close(): Promise<void>
}

/** Told of what streams, sessions and presence must know of. */
export interface StoreListener {
  updated(update: StoreUpdate): void
  /**
   * The log has a new epoch and may have gone back, so every cursor must be resolved again. Updates go
   * on after `bounds.head`.
   */
  diverged(bounds: LogBounds): void
  /** The store was out of reach for ten seconds: what is known of it may be out of date. */
  disconnected(): void
  /** The store is reached again, and the listener has got all updates. */
  reconnected(): void
}

/** The changes of one commit, or of several in their order. */
export interface StoreUpdate {
  bounds: LogBounds
  /** Contiguous, beginning after the last update's head. */
  entries: Entry[]
  /** Ids of sessions that were ended. */
  ended: number[]
  /** Those of `ended` whose account was banned. */
  banned?: number[]
  renewed: RenewedSession[]
  /** As they are now: another display name, role or state. */
  accounts: Account[]
  entered: PresentSession[]
  /** Ids of sessions that are no longer present. */
  left: number[]
  /** Markers that moved by `markRead`. Posting moves one's own without telling it: the message does. */
  read: ReadMarker[]
  typing: TypingSignal[]
}

/** In bytes. */
export interface DatabaseSize {
  bytes: number
  /** Of these, the space of deleted rows, which new rows will use. */
  reusableBytes: number
}
