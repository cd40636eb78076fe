import type { ObrolError } from './errors.ts'
import type { components } from './openapi-types.ts'
import type { ChatMessage, ConversationSummary, Metadata, Room } from './state/contract-types.ts'
import type { RoomsEvent } from './state/event-types.ts'

type Schemas = components['schemas']

/** An account: `{id, username, createdAt, role}`, and where there is one `displayName`, `bot` and `closed`. */
export type User = Schemas['User']

/** The response to registering and logging in: the user, and the session's token. */
export type LoggedIn = Schemas['OpenedSession']

/** The current user and session. */
export type Me = Schemas['OwnSession']

/** A token that opens the stream as `GET /v1/events?token=…`, for a plain `EventSource`. */
export type EventsToken = Schemas['StreamToken']

/** A message to everyone. */
export type BroadcastMessage = Extract<ChatMessage, { kind: 'broadcast' }>

/** A message to one user. */
export type DirectMessage = Extract<ChatMessage, { kind: 'direct' }>

/** A message to the members of a room. */
export type RoomMessage = Extract<ChatMessage, { kind: 'room' }>

/**
 * The same object in the response to a POST, in the history and on the stream. `kind` tells them
 * apart; ignore one that you do not know. (The OpenAPI document has one flat schema for all, for
 * generators of other languages.)
 */
export type Message = ChatMessage

/** A page of the history: `messages` in ascending order, `more`, and the `cursor` to open a stream at. */
export type HistoryPage = Omit<Schemas['MessagePage'], 'messages'> & { messages: Message[] }

/** A page of online users, sorted by name: `users`, the total `count`, and whether there are `more`. */
export type OnlinePage = Schemas['OnlineUsers']

/** A room to be made. */
export interface NewRoom {
  /** As a username; it never changes. */
  name: string
  /** 1 to 80 characters on one line; by default the name. */
  title?: string | undefined
  /** At most 500 characters. */
  topic?: string | undefined
  /** `open` (default): everyone may read and join it. `private`: only members know of it. */
  access?: Room['access'] | undefined
  /** What members may read; default `all`. `since-joined`: only in a private room. It never changes. */
  history?: Room['history'] | undefined
}

/** What is to change of a room; what is left out stays. */
export interface RoomChanges {
  title?: string | undefined
  topic?: string | undefined
  /** True: nobody can write to it. */
  archived?: boolean | undefined
  /** Only from `open` to `private`. */
  access?: Room['access'] | undefined
}

/** A page of rooms, sorted by name. */
export interface RoomPage {
  rooms: Room[]
  more: boolean
}

/** Who is kept from joining a room and from writing to it. */
export type RoomBan = Schemas['RoomBan']

/** A page of the bans of a room, sorted by name. */
export type RoomBanPage = Schemas['RoomBanPage']

/** The stream's state when the replay is done and it is live. */
export type Ready = Schemas['Ready']

/** Users who joined and left. With `resync` they are too many to list: call `online()` again. */
export type Presence = Omit<Schemas['Presence'], 'resync'> & { resync?: true }

/** Where a stream resumes if its cursor is not in the log. See `ResetEvent`. */
export type Reset = Schemas['Reset']

/** Why the server ended a stream. */
export type ByeReason = Schemas['Bye']['reason']

export interface ClientOptions {
  /** The token of an earlier `register` or `login`, to continue its session. */
  token?: string | undefined
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch | undefined
  /** How long one attempt of a call, or the opening of a stream, may take, in ms; default 10,000. */
  timeoutMs?: number | undefined
  /**
   * For how long a call that is safe to repeat is retried, in ms; default 30,000. 0: no retry.
   */
  retryForMs?: number | undefined
  /**
   * The longest response that is read, in bytes; default 134,217,728, more than a page of the
   * longest messages that a server can be configured to accept.
   */
  maxAnswerBytes?: number | undefined
}

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which then fails with an `ObrolError` `aborted`. */
  signal?: AbortSignal | undefined
  /**
   * Called before each retry of a failed call, with the error and the delay in ms.
   */
  onRetry?: ((error: ObrolError, inMs: number) => void) | undefined
}

/** Options of the calls that are made once. */
export interface IdempotentOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters. Use the same key to send a message at most once over several
   * calls, for example after a restart of your program. By default each call makes a new key, which
   * its retries share.
   */
  idempotencyKey?: string | undefined
}

/** Options of the calls that send a message. */
export interface PostOptions extends IdempotentOptions {
  /** The id of the message that it replies to, in the same conversation. */
  replyTo?: number | undefined
  /** A JSON object for other programs: 4,096 bytes, 8 levels and 200 values at most. */
  metadata?: Metadata | undefined
}

/** What is to change of a message; what is left out stays. */
export interface MessageEdit {
  text?: string | undefined
  /** Null takes it away. */
  metadata?: Metadata | null | undefined
}

/** Options of a direct message. */
export interface DirectOptions extends PostOptions {
  /** `reject` (default): fails with `recipient-offline`. `keep`: is delivered when they are online. */
  whenOffline?: 'reject' | 'keep' | undefined
}

/** One login of the user. */
export type SessionInfo = Schemas['SessionInfo']

/** A page of users, sorted by name. */
export type UserPage = Schemas['UserPage']

/** What a user can say of themselves. */
export type ProfileChanges = Schemas['ProfileChanges']

/** Which users: by the beginning of a name, or by their usernames. */
export interface UsersOptions extends CallOptions {
  q?: string | undefined
  usernames?: readonly string[] | undefined
}

/** Which page of names: of online users, of members, or of bans. */
export interface NamesOptions extends CallOptions {
  /** 1 to 1,000; default 100. */
  limit?: number | undefined
  /** A username: the page begins after it. */
  after?: string | undefined
}

/** Which page of the online users. */
export type OnlineOptions = NamesOptions

/** Which page of the history: the newest, or the one before or after an id, but not both. */
export interface HistoryOptions extends CallOptions {
  /** A message id: the oldest messages after it. */
  after?: number | undefined
  /** A message id: the newest messages before it. */
  before?: number | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
  /** A username: only the direct conversation with them. */
  with?: string | undefined
}

/** Which page of a room's history. */
export type RoomHistoryOptions = Omit<HistoryOptions, 'with'>

/** Which page of the rooms. */
export interface RoomsOptions extends CallOptions {
  /** Only those that the user is a member of. */
  joined?: boolean | undefined
  /** The beginning of a name or title. */
  q?: string | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
  /** A room's name: the page begins after it. */
  after?: string | undefined
}

/** Which page of the conversations. */
export interface ConversationsOptions extends CallOptions {
  /** The last conversation of a page: the next page begins after it. */
  before?: Pick<ConversationSummary, 'id' | 'lastId'> | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
}

/** What can be left out of a stream. */
export type EventName = 'message' | 'presence' | Exclude<RoomsEvent['type'], 'messages.erased'>

/** Options of a stream. */
export interface EventsOptions {
  /**
   * Where to resume: the `cursor` of an earlier event or of a page of history, verbatim. Without one
   * the stream begins with the undelivered messages, and is then live.
   */
  cursor?: string | undefined
  /** `none`: no `presence` events, and no names in `ready`. Default `full`. */
  presence?: 'full' | 'none' | undefined
  /**
   * Only these events, besides those of the connection itself. What is left out is not made up for
   * later: a cursor goes with its `events`. Undelivered messages stay so on a stream without
   * `message`. By default all.
   */
  events?: readonly EventName[] | undefined
  /** Ends the iterator without an error. */
  signal?: AbortSignal | undefined
  /**
   * The server's heartbeat interval in ms, until it is learnt from the heartbeats; default 15,000. A
   * connection that is silent for three intervals is opened again.
   */
  heartbeatMs?: number | undefined
  /** How long to wait before the stream is opened again. */
  backOff?: BackOffOptions | undefined
  /** The most characters of one event; default 4,194,304. A longer one ends the connection. */
  maxEventChars?: number | undefined
}

/**
 * How long to wait before a stream is opened again, with jitter, so that clients that lost the same
 * server do not return at once. A delay that the server asks for (`Retry-After`, the `retry:` of a
 * `bye`) takes precedence.
 */
export interface BackOffOptions {
  /** The longest wait before the first attempt after a connection that worked, in ms; default 1,000. */
  quickMs?: number | undefined
  /**
   * The longest wait before the second attempt, in ms; default 3,000, or the value of the stream's
   * `retry:`. It doubles with each attempt.
   */
  firstMs?: number | undefined
  /** The longest wait of all, in ms; default 30,000. */
  longestMs?: number | undefined
}

/**
 * A broadcast, a direct message to or from the user, or a message in a room of theirs. Each comes once,
 * in the order of the log.
 */
export interface MessageEvent {
  type: 'message'
  message: Message
  /** Where to resume after it; none for an undelivered message that comes before `ready`. */
  cursor: string | undefined
}

/** The replay is done and the stream is live. Comes again after each `reconnecting`. */
export interface ReadyEvent {
  type: 'ready'
  ready: Ready
  cursor: string
}

/** Other users joined or left. Never before `ready`. */
export interface PresenceEvent {
  type: 'presence'
  presence: Presence
}

/** The connection is alive. The cursor is past the events that the user may not see. */
export interface HeartbeatEvent {
  type: 'heartbeat'
  cursor: string | undefined
}

/**
 * The log changed (a backup was restored), or the cursor is outside of it. The stream resumes at
 * `reset.from`. What your messages are worth depends on the reason:
 *
 * - `rewound`, `ahead`: those with an id above `reset.from` are void.
 * - `trimmed`: those between your last id and `reset.from` were deleted.
 * - `new-epoch`: comes after every restart too. Messages from streams are valid, but a message that
 *   only the response to a POST or a page of history had, past `reset.from`, may be void.
 */
export interface ResetEvent {
  type: 'reset'
  reset: Reset
  cursor: string
}

/** The connection is lost. Comes once for each attempt to open it again, before the wait. */
export interface ReconnectingEvent {
  type: 'reconnecting'
  /** The error, or the reason for which the server ended the stream. */
  error: ObrolError | ByeReason
  /** How long until the attempt, in ms. */
  inMs: number
  /**
   * Counts the attempts since the stream last worked: 1, 2, 3, … One that `hurry()` brought forward
   * does not count.
   */
  attempt: number
}

/**
 * Why a session ended: logged out (here or elsewhere), banned, or expired.
 */
export type EndReason = 'logged-out' | 'banned' | 'session-expired'

/** The last event: the session has ended. The client has cleared its token. */
export interface EndedEvent {
  type: 'ended'
  reason: EndReason
}

/** Any event of a stream. New types may be added. */
export type ObrolEvent =
  | MessageEvent
  | ReadyEvent
  | PresenceEvent
  | HeartbeatEvent
  | ResetEvent
  | ReconnectingEvent
  | EndedEvent
  | RoomsEvent

/** Use it with `for await`. Leaving the loop closes the stream. */
export interface EventStream extends AsyncIterableIterator<ObrolEvent> {
  next(): Promise<IteratorResult<ObrolEvent, undefined>>
  /**
   * Reconnects now: ends the wait before the next attempt, and reopens a connection that has been
   * silent for longer than a heartbeat interval. Call it when the network may be back, such as on a
   * browser's `online` and `visibilitychange` events.
   */
  hurry(): void
  /** Closes the stream, even while `next()` is waiting. */
  return(): Promise<IteratorResult<ObrolEvent, undefined>>
}
