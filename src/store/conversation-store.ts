import type { Cursor, LogBounds, MessageEntry } from './message-log.ts'
import type { Person } from './person.ts'
import type { RoomRef } from './room.ts'
import type { Session } from './session-store.ts'

/** What each person has read of their conversations. Names of rooms and users are given by their keys. */
export interface ConversationStore {
  /**
   * The conversations that the viewer is in: with everyone, with each person they have exchanged messages
   * with, and the rooms they are a member of. The newest first, those of one `lastId` by the code points of
   * their id: `everyone`, `room:` and the room's name, `direct:` and the username.
   */
  list(viewer: Person, query: ConversationQuery): Promise<ConversationPage>

  /**
   * A direct conversation in which nothing was said is found too, where there is such an account.
   *
   * @returns a refusal where the viewer is not in it
   */
  find(viewer: Person, key: ConversationKey): Promise<ConversationResult>

  /**
   * Sets whether the viewer is notified of it. A direct conversation in which nothing was said is found,
   * but stays as it is.
   *
   * @param session of the viewer, judged in the transaction
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  mute(session: Session, key: ConversationKey, muted: boolean): Promise<ConversationResult>

  /**
   * Moves the viewer's marker forward; a place before it changes nothing. What moves is told as
   * `StoreUpdate.read`.
   *
   * @param session of the viewer, judged in the transaction that moves it
   * @param upTo judged as the cursor of a stream, once the viewer is known to be in it: `stale` where it is
   *   past the head or was rewound. An epoch of null stands for the current one
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  markRead(
    session: Session,
    key: ConversationKey,
    upTo: Cursor,
  ): Promise<'done' | 'stale' | ConversationRefusal>

  /**
   * Tells all nodes that someone is typing, as `StoreUpdate.typing`. Nothing is stored for good, and it may
   * get lost. `not-accepted`: the other person has blocked the viewer.
   *
   * @throws {Unavailable}
   */
  tellTyping(
    viewer: Person,
    key: ConversationKey,
  ): Promise<'done' | 'muted' | 'not-accepted' | ConversationRefusal>
}

/** Which conversation; `key` is a room's or a user's key. */
export type ConversationKey =
  | { type: 'everyone' }
  | { type: 'room'; key: string }
  | { type: 'direct'; key: string }

/** A conversation as one of its people knows it. */
export type ConversationRef =
  | { type: 'everyone' }
  | { type: 'room'; room: RoomRef }
  | { type: 'direct'; with: Person }

/** `unknown-room` also where the viewer may not read it; `session-ended` of what writes. */
export type ConversationRefusal = 'unknown-room' | 'not-a-member' | 'unknown-user' | 'session-ended'

export type ConversationResult =
  | { kind: 'done'; conversation: Conversation }
  | { kind: ConversationRefusal }

/** Read in one snapshot. */
export interface Conversation {
  ref: ConversationRef
  /** Of a room; else `everyone`, or the other's username. */
  title: string
  /** The newest message that they may read, a tombstone too, without reactions; null where there is none. */
  last: MessageEntry | null
  /** The id of `last`, else of the entry with which the viewer joined the room, else 0. */
  lastId: number
  readUpTo: number
  /** Messages of others after `readUpTo` that are not deleted, at most 100. */
  unread: number
  /** Those of them that mention the viewer, at most 100, however many are unread. */
  mentioned: number
  muted: boolean
  /** The log's head. */
  asOf: number
}

export interface ConversationQuery {
  /** Those that come after this place in the order of the list; null: from the first. */
  before: { lastId: number; id: string | null } | null
  /** 1 to 200. */
  limit: number
}

export interface ConversationPage {
  conversations: Conversation[]
  more: boolean
  bounds: LogBounds
}

/** A person's marker has moved, on any node. */
export interface ReadMarker {
  account: number
  ref: ConversationRef
  upTo: number
}

/** Someone is typing. `ref` is as the typist knows it. */
export interface TypingSignal {
  by: Person
  ref: ConversationRef
}
