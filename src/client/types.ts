import type { components } from './api.ts'
import type { ObrolError } from './errors.ts'

type Schemas = components['schemas']

/** An account: `{id, username, createdAt}`. */
export type User = Schemas['User']

/** What registering and logging in answer: who one is now, and the token that speaks for it. */
export type LoggedIn = Schemas['OpenedSession']

/** Who one is, and how long the session is good. */
export type Me = Schemas['OwnSession']

/** A token that opens the stream as `GET /v1/events?token=…`, for a bare `EventSource`. */
export type EventsToken = Schemas['StreamToken']

/** A message to everyone. */
export type BroadcastMessage = Omit<Schemas['Message'], 'kind' | 'to'> & { kind: 'broadcast' }

/** A message to one person. */
export type DirectMessage = Omit<Schemas['Message'], 'kind' | 'to'> & { kind: 'direct'; to: string }

/**
 * The same object in a POST's answer, in history and on the stream. `kind` tells the two apart. (The
 * document has them as one flat schema, for the sake of other languages.)
 */
export type Message = BroadcastMessage | DirectMessage

/** A page of the history: `messages` ascending, `more`, and the `cursor` to open a stream at. */
export type HistoryPage = Omit<Schemas['MessagePage'], 'messages'> & { messages: Message[] }

/** A page of who is online, by name: `users`, the total `count`, and whether there are `more`. */
export type OnlinePage = Schemas['OnlineUsers']

/** What a stream says once the replay is done and it is live. */
export type Ready = Schemas['Ready']

/** Who came and went. With `resync` too many to tell: read `online()` anew. */
export type Presence = Omit<Schemas['Presence'], 'resync'> & { resync?: true }

/** Where the log goes on when a cursor is not on it as it stands. What one holds past `from` is void. */
export type Reset = Schemas['Reset']

/** Why the server ended a stream. */
export type ByeReason = Schemas['Bye']['reason']

/** One thing that was wrong: in the body (`pointer`, RFC 6901), or in a query, path or header. */
export type FieldError = { pointer: string; detail: string } | { parameter: string; detail: string }

/** A refusal as it came: RFC 9457 problem details. A newer server may send a `type` of its own. */
export type ProblemDetails = Omit<Schemas['Problem'], 'type' | 'errors'> & {
  type: string
  errors?: FieldError[]
}

/** For any call. */
export interface CallOptions {
  /** Ends the call early: it then fails with an `ObrolError` `aborted`. */
  signal?: AbortSignal | undefined
  /**
   * Told before each further try of a call that failed but may work yet: why, and in how many ms it
   * is made again.
   */
  onRetry?: ((error: ObrolError, inMs: number) => void) | undefined
}

/** For the two calls that say something. */
export interface PostOptions extends CallOptions {
  /**
   * 1 to 255 visible ASCII characters. Give the same one to say something at most once over several
   * calls (for example after a restart of one's own program); else each call makes its own, which
   * its retries share.
   */
  idempotencyKey?: string | undefined
}

/** For a message to one person. */
export interface DirectOptions extends PostOptions {
  /** `reject` (default): fails with `recipient-offline`. `keep`: waits until they are there. */
  whenOffline?: 'reject' | 'keep' | undefined
}

/** Which page of who is online. */
export interface OnlineOptions extends CallOptions {
  /** 1 to 1,000; default 100. */
  limit?: number | undefined
  /** A username: the page begins after it. */
  after?: string | undefined
}

/** Which page of the history: the newest, or that before or after an id, never both. */
export interface HistoryOptions extends CallOptions {
  /** An id: the oldest messages after it. */
  after?: number | undefined
  /** An id: the newest messages before it. */
  before?: number | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
  /** A username: only the direct conversation with them. */
  with?: string | undefined
}

/** How a stream is opened and kept. */
export interface EventsOptions {
  /**
   * Where to go on: the `cursor` of an earlier event or of a page of history, verbatim. Without one
   * the stream begins with what was kept for one, and is then live.
   */
  cursor?: string | undefined
  /** `none`: no `presence` events, and no names in `ready`. Default `full`. */
  presence?: 'full' | 'none' | undefined
  /** Ends the iterator, in the ordinary way, without an error. */
  signal?: AbortSignal | undefined
  /**
   * How often the server is taken to send a heartbeat, in ms, until it is learnt from what arrives;
   * default 15,000. A line that is silent for three of them is dead and opened anew.
   */
  heartbeatMs?: number | undefined
  /** How long to wait before the stream is opened anew. */
  backOff?: BackOffOptions | undefined
  /** The most characters that one event may have; default 4,194,304. A longer one ends the line. */
  maxEventChars?: number | undefined
}

/**
 * How long to wait before a stream is opened anew. All with jitter, so that those who lost the same
 * server do not come back as one. What the server asks for (`Retry-After`, the `retry:` of a `bye`)
 * goes before.
 */
export interface BackOffOptions {
  /** The longest wait before the first try after a line that had worked, in ms; default 1,000. */
  quickMs?: number | undefined
  /**
   * The longest wait before the second try, in ms; default 3,000, and what the server has said
   * with `retry:` instead. It doubles with each try.
   */
  firstMs?: number | undefined
  /** The longest wait of all, in ms; default 30,000. */
  longestMs?: number | undefined
}

/** A broadcast, or a direct message to or from oneself. Each comes once, in the order of the log. */
export interface MessageEvent {
  type: 'message'
  message: Message
  /** Where the stream goes on after it; none for what was kept and comes before `ready`. */
  cursor: string | undefined
}

/** The replay is done and the stream is live; comes again after each `reconnecting`. */
export interface ReadyEvent {
  type: 'ready'
  ready: Ready
  cursor: string
}

/** People came or went. None about oneself, none before `ready`. */
export interface PresenceEvent {
  type: 'presence'
  presence: Presence
}

/** Nothing happened, and the line lives. Its cursor lies past what one may not see. */
export interface HeartbeatEvent {
  type: 'heartbeat'
  cursor: string | undefined
}

/**
 * The log is not what it was (a restored backup), or the cursor lies outside of it. Whatever one
 * holds with an id above `reset.from` is void when the reason is `rewound` or `ahead`; when it is
 * `trimmed`, what lies between one's last id and `from` is gone for good. `new-epoch` comes after
 * a restart too and is no cause for alarm: what streams told is good, but an answer to a post or a
 * page of history past `reset.from` may be void. What comes next goes on from there.
 */
export interface ResetEvent {
  type: 'reset'
  reset: Reset
  cursor: string
}

/** The line is lost and will be opened anew; told once for each try, before its wait. */
export interface ReconnectingEvent {
  type: 'reconnecting'
  /** Why: what failed, or what the server said as it ended the stream. */
  error: ObrolError | ByeReason
  /** How long until the try, in ms. */
  inMs: number
  /** Which try this is since the stream last worked: 1, 2, 3, … One that was hurried does not count. */
  attempt: number
}

/**
 * Why a session is over: logged out (here or elsewhere), banned, or past its time. Log in again, or
 * not.
 */
export type EndReason = 'logged-out' | 'banned' | 'session-expired'

/** The session is over, and so is the stream: the last event. The client has forgotten its token. */
export interface EndedEvent {
  type: 'ended'
  reason: EndReason
}

/** Whatever comes on a stream. `type` tells which it is; new ones may be added. */
export type ObrolEvent =
  | MessageEvent
  | ReadyEvent
  | PresenceEvent
  | HeartbeatEvent
  | ResetEvent
  | ReconnectingEvent
  | EndedEvent

/** A stream of events: use it with `for await`. Leaving the loop closes it. */
export interface EventStream extends AsyncIterableIterator<ObrolEvent> {
  next(): Promise<IteratorResult<ObrolEvent, undefined>>
  /**
   * Ends a wait before the next try now, and reopens a line that has been silent for longer than a
   * heartbeat: for when one has reason to think that the network is back, such as a browser's
   * `online` and `visibilitychange`.
   */
  hurry(): void
  /** Closes the stream, also while `next()` is waiting. */
  return(): Promise<IteratorResult<ObrolEvent, undefined>>
}
