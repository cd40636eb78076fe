import type { ObrolError } from './errors.ts'
import {
  type Guard,
  isEventsToken,
  isHistoryPage,
  isLoggedIn,
  isMe,
  isMessage,
  isNull,
  isOnlinePage,
} from './guards.ts'
import { type ApiCall, HttpClient, isRetryable, wasNotProcessed } from './http-client.ts'

import { ReconnectingEventStream } from './reconnecting-event-stream.ts'
import type {
  CallOptions,
  ClientOptions,
  DirectOptions,
  EventStream,
  EventsOptions,
  EventsToken,
  HistoryOptions,
  HistoryPage,
  LoggedIn,
  Me,
  Message,
  OnlineOptions,
  OnlinePage,
  PostOptions,
} from './types.ts'

/**
 * One user's access to one server: the API as methods. Works wherever there is `fetch`. Every
 * failure is an `ObrolError`.
 *
 * All calls but `register` and `login` are safe to repeat and are retried. Messages carry an
 * idempotency key, so that each is in the log once, however often it was sent.
 */
export class ObrolClient {
  /**
   * The session's token: set by `register` and `login`, cleared by `logout` and when a stream finds
   * that the session has ended.
   */
  token: string | undefined
  readonly #http: HttpClient

  /**
   * @param server the server's URL, for example `http://127.0.0.1:3000`; a path before `/v1` is kept
   * @throws {TypeError} if it is not a URL
   */
  constructor(server: string | URL, options: ClientOptions = {}) {
    this.token = options.token
    this.#http = new HttpClient(server, options)
  }

  /** Registers a user and logs in. Errors: `username-taken`, `registration-closed`. */
  register(username: string, password: string, options: CallOptions = {}): Promise<LoggedIn> {
    return this.#openSession('register', { username, password }, options)
  }

  /** Logs in. Errors: `unknown-user`, `wrong-password`, or `wrong-credentials` for both. */
  login(username: string, password: string, options: CallOptions = {}): Promise<LoggedIn> {
    return this.#openSession('login', { username, password }, options)
  }

  /**
   * Ends the session; its streams end without an error, and so does the call if the session had
   * already ended. The token is cleared at once, and set again after a failure.
   */
  async logout(options: CallOptions = {}): Promise<void> {
    const { token } = this
    this.token = undefined
    try {
      await this.#call('POST', 'logout', isNull, options, { token })
    } catch (error) {
      if ((error as ObrolError).code === 'unauthorized') return
      this.token ??= token
      throw error
    }
  }

  /** Sends a message to everyone. Resolves once it is stored in the log. */
  broadcast(text: string, options: PostOptions = {}): Promise<Message> {
    return this.#post('broadcast', { text }, options)
  }

  /** Sends a message to one user. Errors: `unknown-recipient`, `recipient-offline`. */
  direct(to: string, text: string, options: DirectOptions = {}): Promise<Message> {
    return this.#post('direct', { to, text, whenOffline: options.whenOffline }, options)
  }

  /** A page of the users who are online, sorted by name. */
  online({ limit, after, ...options }: OnlineOptions = {}): Promise<OnlinePage> {
    return this.#call('GET', 'users/online', isOnlinePage, options, { query: { limit, after } })
  }

  /** A page of the messages that the user may see. Error: `unknown-recipient`. */
  history({ signal, onRetry, ...query }: HistoryOptions = {}): Promise<HistoryPage> {
    return this.#call('GET', 'messages', isHistoryPage, { signal, onRetry }, { query })
  }

  /** One message. Error: `not-found`, also if the user may not see it. */
  message(id: number, options: CallOptions = {}): Promise<Message> {
    return this.#call('GET', `messages/${encodeURIComponent(id)}`, isMessage, options)
  }

  /** The current user and session. */
  me(options: CallOptions = {}): Promise<Me> {
    return this.#call('GET', 'me', isMe, options)
  }

  /** A token for a plain `EventSource`: it opens the stream and nothing else. */
  eventsToken(options: CallOptions = {}): Promise<EventsToken> {
    return this.#call('POST', 'events/token', isEventsToken, options)
  }

  /**
   * The user's events, as they happen: use it with `for await`.
   *
   * The stream is opened at the first `next()`. When the connection is lost, it is opened again at
   * the last cursor: no event is skipped, and no message comes twice. It is read only as fast as
   * events are taken. When the session ends, here or elsewhere, the last event is `ended`, and the
   * token is cleared. The stream also ends when you leave the loop or abort the signal. It throws
   * errors that a retry cannot change: `unauthorized` for an invalid token, `invalid-request` for
   * an invalid cursor.
   */
  events(options: EventsOptions = {}): EventStream {
    const session = {
      http: this.#http,
      currentToken: () => this.token,
      clearToken: (token: string | undefined) => {
        if (this.token === token) this.token = undefined
      },
    }
    return new ReconnectingEventStream(session, options)
  }

  /** Not repeated if it may have been carried out: the name would then be taken by this user. */
  async #openSession(path: string, body: object, options: CallOptions): Promise<LoggedIn> {
    const loggedIn = await this.#call('POST', path, isLoggedIn, options, {
      token: undefined,
      body,
      shouldRetry: wasNotProcessed,
    })
    this.token = loggedIn.token
    return loggedIn
  }

  #post(kind: 'broadcast' | 'direct', body: object, options: PostOptions): Promise<Message> {
    const { idempotencyKey = newIdempotencyKey() } = options
    return this.#call('POST', `messages/${kind}`, isMessage, options, {
      body,
      headers: { 'idempotency-key': idempotencyKey },
    })
  }

  async #call<T>(
    method: ApiCall<T>['method'],
    path: string,
    guard: Guard<T>,
    { signal, onRetry }: CallOptions,
    more: Partial<ApiCall<T>> = {},
  ): Promise<T> {
    const { token } = this
    const call = {
      method,
      path: `v1/${path}`,
      guard,
      signal,
      onRetry,
      token,
      shouldRetry: isRetryable,
    }
    return this.#http.call({ ...call, ...more })
  }
}

/**
 * 128 random bits as 32 hexadecimal digits. Not `randomUUID`, which browsers have in secure contexts
 * alone: a server in a local network may use plain http.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
