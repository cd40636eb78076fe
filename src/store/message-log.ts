import type { ChangeCommand, ChangeOutcome } from './message-changes.ts'
import type { Person } from './person.ts'
import type { Room, RoomRef, RoomRole } from './room.ts'
import type { LeaveReason } from './room-rules.ts'

/** All messages, and what happened to rooms, with the ids 1, 2, 3, … without gaps in the order of the commits. */
export interface MessageLog {
  /**
   * Appends a batch in one transaction, durable when the promise resolves.
   *
   * Each draft is checked in this order: its session is alive, its idempotency key is new; its
   * recipient exists, has not blocked the sender, and is online (unless `whenOffline` is `keep`); the sender may read its room, is not
   * banned from it, is a member of it, and it is not archived; the message that it replies to is of the
   * same audience, and the sender may read it. Then it gets the next id. A failed check gives an outcome,
   * not an error, and does not affect other drafts. A repeated batch id gives the same outcomes and
   * appends nothing.
   *
   * @throws {Unavailable} certainly nothing of the batch was stored
   * @throws {OutcomeUnknown} the batch may have been stored: ask again with the same batch id
   */
  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]>

  /**
   * Edits or deletes a message, or changes a reaction to one, by `message-changes.ts`, in one transaction
   * under the log's lock. A change is an entry of its own, which is published like a message.
   *
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  change(session: number, command: ChangeCommand): Promise<ChangeOutcome>

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
   * in any case their own joining and leaving, and the deletion of a room of theirs. A change of a message
   * or reaction is read where the viewer may see the message. Of a deleted message only the deletion is
   * read, of a trimmed one nothing. Messages are as they are in this snapshot. One call returns at
   * most 1,000 entries and 256 KiB of text, but at least one entry. What others said costs nothing.
   */
  read(after: number, viewer: number): Promise<Scan>

  /**
   * A page of the messages that `viewer` may see, ascending, with their reactions, and tombstones of
   * deleted ones. Without a conversation these are the messages that `read` carries from 0 on, with those
   * since deleted. Undefined where the viewer may not read the room.
   */
  page(viewer: number, range: PageRange): Promise<Page | undefined>

  /**
   * Undefined where there is no such message or the viewer may not see it. Of a room that one may read, one
   * may see every message, but with a history `since-joined` only what was sent during a membership. It has
   * its reactions; a deleted one is its tombstone.
   */
  message(id: number, viewer: number): Promise<MessageEntry | undefined>
}

/** What happened in the log: a message, a change of one, or a change of a room. */
export type Entry = MessageEntry | MessageChangeEntry | ReactionEntry | MembershipEntry | RoomEntry

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
  /** The id of the message that it replies to. */
  replyTo?: number
  /** A JSON object for other programs, as JSON text. */
  metadata?: string
  /** The usernames that are mentioned and may read it, judged when it was sent or edited; at most 20. */
  mentions?: readonly string[]
  /** Unix milliseconds of the last edit. */
  editedAt?: number
  /**
   * Unix milliseconds. Then it is a tombstone, with an empty text and nothing else that is optional. In an
   * update that is read after its message, or the whole room, was deleted, it stands for the message.
   */
  deletedAt?: number
  /** On pages, by id, and of kept messages: those that there are, the oldest emoji first. */
  reactions?: readonly Reaction[]
  /** See `RoomEntry`: of an edited message that is read later, as it is then. */
  hiddenFrom?: readonly number[]
}

export interface Reaction {
  emoji: string
  count: number
  /** Whether the viewer is one of them. */
  me: boolean
  /** The usernames of the first 20, in their order. */
  by: readonly string[]
}

/** A message was edited or deleted. */
export interface MessageChangeEntry {
  kind: 'edited' | 'deleted'
  id: number
  /** As it is in the snapshot that was read, without reactions. A tombstone also where its room was deleted. */
  message: MessageEntry
  by: Person
  /**
   * Accounts of its audience that are not told: as in `RoomEntry`, and in a room with a history
   * `since-joined` the members who may not see the message itself, on SQLite too.
   */
  hiddenFrom: readonly number[]
}

export interface ReactionEntry {
  kind: 'reaction-added' | 'reaction-removed'
  id: number
  /** As in `MessageChangeEntry`; its text is not needed and may be empty. */
  message: MessageEntry
  by: Person
  emoji: string
  /** How many reactions with this emoji the message has in the snapshot that was read. */
  count: number
  /** As in `MessageChangeEntry`. */
  hiddenFrom: readonly number[]
}

/** Someone became a member of a room, is one no more, or has another role. */
export interface MembershipEntry {
  kind: 'joined' | 'left' | 'role-changed'
  id: number
  /** Unix milliseconds: of `joined`, since when they are a member. */
  at: number
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

/**
 * For each `@` of a text, the username keys that it may name, the longest first; at most 50 of them. The first
 * that is a username counts: who that is, is mentioned if they may read the message.
 */
export type MentionCandidates = readonly (readonly string[])[]

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
  replyTo?: number
  /** JSON text of an object. */
  metadata?: string
  mentions?: MentionCandidates
  /** `digest` is a hash of the content: a key may be used again only with the same digest. */
  idempotency: { key: string; digest: string } | null
}

/** What became of a draft. */
export type Outcome =
  | { kind: 'appended'; entry: MessageEntry }
  /**
   * The idempotency key was used before, with the same content: the message as it is now, without
   * reactions. A tombstone where it was deleted, or its room was.
   */
  | { kind: 'replayed'; entry: MessageEntry }
  | { kind: 'key-reused' }
  | { kind: 'session-ended' }
  | { kind: 'unknown-recipient' }
  /** The recipient has blocked the sender. */
  | { kind: 'not-accepted' }
  | { kind: 'recipient-offline' }
  /** There is no such room, or the sender may not read it. */
  | { kind: 'unknown-room' }
  /** The room has banned the sender. */
  | { kind: 'forbidden' }
  | { kind: 'not-a-member' }
  | { kind: 'room-archived' }
  /** The sender may not read a message with the id in `replyTo`, or it is of another audience. */
  | { kind: 'unknown-reply' }

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
