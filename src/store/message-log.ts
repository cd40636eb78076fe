import type { Person } from './person.ts'
import type { Room, RoomRef, RoomRole } from './room.ts'
import type { LeaveReason } from './room-rules.ts'

/** All messages, and what happened to rooms, with the ids 1, 2, 3, … without gaps in the order of the commits. */
export interface MessageLog {
  /**
   * Appends a batch in one transaction, durable when the promise resolves.
   *
   * Each draft is checked in this order: its session is alive, its idempotency key is new; its
   * recipient exists and is online (unless `whenOffline` is `keep`); the sender may read its room, is not
   * banned from it, is a member of it, and it is not archived. Then it gets the next id. A failed check
   * gives an outcome, not an error, and does not affect other drafts. A repeated batch id gives the same
   * outcomes and appends nothing.
   *
   * @throws {Unavailable} certainly nothing of the batch was stored
   * @throws {OutcomeUnknown} the batch may have been stored: ask again with the same batch id
   */
  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]>

  /**
   * The message of an idempotency key that the account used in the last 24 hours. Undefined where it
   * made a room with the key: to `append` such a key is reused.
   */
  findByIdempotencyKey(
    account: number,
    key: string,
  ): Promise<{ digest: string; entry: MessageEntry } | undefined>

  bounds(): Promise<LogBounds>

  /** Where a cursor stands on the current log. */
  resolveCursor(cursor: Cursor): Promise<CursorResolution>

  /**
   * The entries after an id that the streams of `viewer` carry, in order: broadcasts; direct messages from
   * or to them; of a room that they may read in this snapshot, what happened during their memberships; and
   * in any case their own joining and leaving, and the deletion of a room of theirs. One call returns at
   * most 1,000 entries and 256 KiB of text, but at least one entry. What others said costs nothing.
   */
  read(after: number, viewer: number): Promise<Scan>

  /**
   * A page of the messages that `viewer` may see, ascending: without a conversation those that `read`
   * carries. Undefined where the viewer may not read the room.
   */
  page(viewer: number, range: PageRange): Promise<Page | undefined>

  /**
   * Undefined where there is no such message or the viewer may not see it. Of a room that one may read, one
   * may see every message, but with a history `since-joined` only what was sent during a membership.
   */
  message(id: number, viewer: number): Promise<MessageEntry | undefined>
}

/** What happened in the log: a message, or a change of a room. */
export type Entry = MessageEntry | MembershipEntry | RoomEntry

export interface MessageEntry {
  kind: 'message'
  /** The position in the log. */
  id: number
  from: Person
  /** The recipient of a direct message, else null. */
  to: Person | null
  /** The room that it was sent to, else null. */
  room: RoomRef | null
  text: string
  /**
   * By the store's clock. After the clock was set back, less than that of the entry before. (Databases
   * before `migrations/postgres/0003-plans.sql` raised it to that, and `0001` still says so.)
   */
  sentAt: number
}

/** Someone became a member of a room, is one no more, or has another role. */
export interface MembershipEntry {
  kind: 'joined' | 'left' | 'role-changed'
  id: number
  /** As it is in the snapshot that was read; without its state where the viewer may not read it any more. */
  room: Room | RoomRef
  /** Who did it, which can be the member. */
  by: Person
  member: Person
  /** The one that this entry gave; null for `left`. */
  role: RoomRole | null
  /** Only for `left`. */
  reason: LeaveReason | null
  /** See `RoomEntry`. */
  hiddenFrom: readonly number[]
}

export interface RoomEntry {
  kind: 'room-updated' | 'room-deleted'
  id: number
  /** As it is in the snapshot that was read. */
  room: Room | RoomRef
  by: Person
  /**
   * Accounts that were members at this entry and may not read the room in the snapshot that was read:
   * what is told of the room as it is now is not for them. Not who left with this entry; and none where
   * `room` is a `RoomRef`, as of a deleted room, for then it is for nobody. Empty on SQLite, where
   * updates are of the commit's own snapshot, and in answers for one viewer.
   */
  hiddenFrom: readonly number[]
}

/** A message to be appended. */
export interface Draft {
  /** The sender is the account of this session. */
  session: number
  /** Null for a broadcast. `key` is of a username or of a room's name. */
  to:
    | { type: 'direct'; key: string; whenOffline: 'reject' | 'keep' }
    | { type: 'room'; key: string }
    | null
  text: string
  /** `digest` is a hash of the content: a key may be used again only with the same digest. */
  idempotency: { key: string; digest: string } | null
}

/** What became of a draft. */
export type Outcome =
  | { kind: 'appended'; entry: MessageEntry }
  /** The idempotency key was used before, with the same content: the first entry. */
  | { kind: 'replayed'; entry: MessageEntry }
  | { kind: 'key-reused' }
  | { kind: 'session-ended' }
  | { kind: 'unknown-recipient' }
  | { kind: 'recipient-offline' }
  /** There is no such room, or the sender may not read it. */
  | { kind: 'unknown-room' }
  /** The room has banned the sender. */
  | { kind: 'forbidden' }
  | { kind: 'not-a-member' }
  | { kind: 'room-archived' }

/** The log's edges. An empty log has `oldest = head + 1`. */
export interface LogBounds {
  /** 8 base-36 digits. Each start of a server on SQLite, or of PostgreSQL, begins a new epoch. */
  epoch: string
  oldest: number
  head: number
}

/** A place in the log, as a client has it. */
export interface Cursor {
  id: number
  /** Null for a bare id, which counts as of the current epoch. */
  epoch: string | null
}

export interface CursorResolution {
  bounds: LogBounds
  /** The id after which to read on. */
  position: number
  /** Null for a good cursor of the current epoch. */
  reset: { reason: 'trimmed' | 'ahead' | 'rewound' | 'new-epoch'; from: number } | null
}

/** One step of reading the log. */
export interface Scan {
  /** Of the snapshot that was read: `oldest > after + 1` means that entries were deleted. */
  bounds: LogBounds
  entries: Entry[]
  /** `entries` has everything that is visible up to this id. */
  scannedTo: number
}

export interface PageRange {
  /** The oldest entries after an id. */
  after?: number
  /** The newest entries before an id; without either, the newest of all. */
  before?: number
  /** 1 to 200. */
  limit: number
  /** Only the direct conversation with this account. */
  withAccount?: number
  /** Only the room with this key: all that the viewer may see of it. */
  inRoom?: string
}

export interface Page {
  bounds: LogBounds
  entries: MessageEntry[]
  /** Whether more entries exist in the direction of the page: newer with `after`, else older. */
  more: boolean
}
