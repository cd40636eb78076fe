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
import { newIdempotencyKey } from './idempotency-key.ts'
import { ReconnectingEventStream } from './reconnecting-event-stream.ts'
import type {
  CallOptions,
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

export interface ClientOptions {
  /** Of an earlier `register` or `login`, to go on with its session. */
  token?: string | undefined
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch | undefined
  /** How long one try of a call may take, and the opening of a stream, in ms; default 10,000. */
  timeoutMs?: number | undefined
  /**
   * For how long a call that can be repeated without harm is tried again, in ms; default 30,000.
   * 0 tries once.
   */
  retryForMs?: number | undefined
  /**
   * The longest answer that is read, in bytes; default 134,217,728, more than a page of the longest
   * messages that a server can be set to take.
   */
  maxAnswerBytes?: number | undefined
}

/**
 * A person's way into one server: everything that the API can do, as methods. Works wherever there
 * is `fetch`. Whatever goes wrong is an `ObrolError`.
 *
 * Calls that can be repeated without harm are: all but `register` and `login`. What is said carries
 * an idempotency key, so that it is in the log once, however often it had to be sent.
 */
export class ObrolClient {
  /**
   * The session's token: set by `register` and `login`, cleared by `logout` and where a stream finds
   * the session over.
   */
  token: string | undefined
  readonly #http: HttpClient

  /**
   * @param server where the API is, for example `http://127.0.0.1:3000`; a path before `/v1` is kept
   * @throws {TypeError} where that is no URL
   */
  constructor(server: string | URL, options: ClientOptions = {}) {
    this.token = options.token
    this.#http = new HttpClient(server, options)
  }

  /** Registers, and is logged in at once. Refusals: `username-taken`, `registration-closed`. */
  register(username: string, password: string, options: CallOptions = {}): Promise<LoggedIn> {
    return this.#openSession('register', { username, password }, options)
  }

  /** Logs in. Refusals: `unknown-user`, `wrong-password`, or `wrong-credentials` for both. */
  login(username: string, password: string, options: CallOptions = {}): Promise<LoggedIn> {
    return this.#openSession('login', { username, password }, options)
  }

  /**
   * Ends the session; its streams end in the ordinary way. A session that has ended already is no
   * error. The token is gone at once, and back after a failure.
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

  /** Says something to everyone. Resolves once it is in the log for good. */
  broadcast(text: string, options: PostOptions = {}): Promise<Message> {
    return this.#post('broadcast', { text }, options)
  }

  /** Writes to one person. Refusals: `unknown-recipient`, `recipient-offline`. */
  direct(to: string, text: string, options: DirectOptions = {}): Promise<Message> {
    return this.#post('direct', { to, text, whenOffline: options.whenOffline }, options)
  }

  /** Who is online, by name. */
  online({ limit, after, ...options }: OnlineOptions = {}): Promise<OnlinePage> {
    return this.#call('GET', 'users/online', isOnlinePage, options, { query: { limit, after } })
  }

  /** A page of what was said, as far as one may see it. Refusal: `unknown-recipient`. */
  history({ signal, onRetry, ...query }: HistoryOptions = {}): Promise<HistoryPage> {
    return this.#call('GET', 'messages', isHistoryPage, { signal, onRetry }, { query })
  }

  /** One message. Refusal: `not-found`, also where one may not see it. */
  message(id: number, options: CallOptions = {}): Promise<Message> {
    return this.#call('GET', `messages/${encodeURIComponent(id)}`, isMessage, options)
  }

  /** Who one is, and how long the session is good. */
  me(options: CallOptions = {}): Promise<Me> {
    return this.#call('GET', 'me', isMe, options)
  }

  /** A token for a bare `EventSource`: it opens the stream and nothing else. */
  eventsToken(options: CallOptions = {}): Promise<EventsToken> {
    return this.#call('POST', 'events/token', isEventsToken, options)
  }

  /**
   * Everything that concerns one, as it happens: use it with `for await`.
   *
   * The stream is opened at the first `next()` and again whenever it is lost, at the cursor where it
   * was: nothing is skipped, and no message comes twice. It is read only as fast as events are
   * taken. When the session is over, here or elsewhere, its last event is `ended`, and the token is
   * cleared. It ends as well when one leaves the loop or aborts the signal. It throws where the
   * server refuses for a reason that waiting does not change: `unauthorized` for a token that is
   * none, `invalid-request` for a cursor that is none.
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

  /** Not made again when it is unclear whether it was done: a name may be taken by oneself then. */
  async #openSession(path: string, body: object, options: CallOptions): Promise<LoggedIn> {
    const loggedIn = await this.#call('POST', path, isLoggedIn, options, {
      token: undefined,
      body,
      shouldRetry: wasNotProcessed,
    })
    this.token = loggedIn.token
    return loggedIn
  }

  #post(kind: Message['kind'], body: object, options: PostOptions): Promise<Message> {
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
