import { Account } from './account.ts'
import { type ApiAccess, encodePath } from './api-access.ts'
import { Conversations } from './conversations.ts'
import type { ObrolError } from './errors.ts'
import {
  isEventsToken,
  isHistoryPage,
  isLoggedIn,
  isMe,
  isMessage,
  isNull,
  isOnlinePage,
  isUser,
  isUserList,
} from './guards.ts'
import { HttpClient, isRetryable, wasNotProcessed } from './http-client.ts'
import { ReconnectingEventStream } from './reconnecting-event-stream.ts'
import { Rooms } from './rooms.ts'
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
  MessageEdit,
  NamesOptions,
  OnlinePage,
  PostOptions,
  User,
  UsersOptions,
} from './types.ts'

/**
 * One user's access to one server: the API as methods. Works wherever there is `fetch`. Every
 * failure is an `ObrolError`.
 *
 * All calls but `register` and `login` are safe to repeat and are retried. Messages and new rooms
 * carry an idempotency key, so that each is in the log once, however often it was sent.
 */
export class ObrolClient {
  /**
   * The session's token: set by `register` and `login`, cleared by `logout` and when a stream finds
   * that the session has ended.
   */
  token: string | undefined
  /** The calls of the user's own account. */
  readonly account: Account
  /** The calls of rooms. */
  readonly rooms: Rooms
  /** The calls of the user's conversations. */
  readonly conversations: Conversations
  /** By a token: the one that a renewal gave in its place. */
  readonly #successors = new Map<string, string>()
  readonly #http: HttpClient
  readonly #api: ApiAccess
  /** The user of a token. */
  #own: { token: string | undefined; username: string } | undefined

  /**
   * @param server the server's URL, for example `http://127.0.0.1:3000`; a path before `/v1` is kept
   * @throws {TypeError} if it is not a URL
   */
  constructor(server: string | URL, options: ClientOptions = {}) {
    this.token = options.token
    this.#http = new HttpClient(server, options)
    this.#api = this.#makeAccess()
    this.account = new Account(this.#api)
    this.rooms = new Rooms(this.#api)
    this.conversations = new Conversations(this.#api)
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
   * Lets the session live on, with a new token; open streams go on. The server bounds how long from the login
   * a session can live: then `expiresAt` stays what it was.
   */
  async renew(options: CallOptions = {}): Promise<LoggedIn> {
    const { token } = this
    const renewed = await this.#api.call('POST', ['renew'], isLoggedIn, options)
    if (token !== undefined && token !== renewed.token) this.#successors.set(token, renewed.token)
    this.token = renewed.token
    this.#own = { token: this.token, username: renewed.user.username }
    return renewed
  }

  /**
   * Ends the session; its streams end without an error, and so does the call if the session had
   * already ended. The token is cleared at once, and set again after a failure.
   */
  async logout(options: CallOptions = {}): Promise<void> {
    const { token } = this
    this.token = undefined
    try {
      await this.#api.call('POST', ['logout'], isNull, options, { token })
    } catch (error) {
      if ((error as ObrolError).code === 'unauthorized') return
      this.token ??= token
      throw error
    }
  }

  /** Sends a message to everyone. Resolves once it is stored in the log. */
  broadcast(text: string, options: PostOptions = {}): Promise<Message> {
    const { replyTo, metadata } = options
    return this.#api.post(
      ['messages', 'broadcast'],
      { text, replyTo, metadata },
      isMessage,
      options,
    )
  }

  /** Sends a message to one user. Errors: `unknown-recipient`, `recipient-offline`. */
  direct(to: string, text: string, options: DirectOptions = {}): Promise<Message> {
    const { whenOffline, replyTo, metadata } = options
    const body = { to, text, whenOffline, replyTo, metadata }
    return this.#api.post(['messages', 'direct'], body, isMessage, options)
  }

  /**
   * The best 20 users whose username or display name begins with `q`, or those of `usernames` (100 at most) that
   * there are. The server may bound this: then it finds whole usernames only, or throws `forbidden`.
   */
  async users({ q, usernames, ...options }: UsersOptions): Promise<User[]> {
    const more = { query: { q, usernames: usernames?.join() } }
    return (await this.#api.call('GET', ['users'], isUserList, options, more)).users
  }

  /** One user. Error: `unknown-person`. */
  user(username: string, options: CallOptions = {}): Promise<User> {
    return this.#api.call('GET', ['users', username], isUser, options)
  }

  /** A page of the users who are online, sorted by name. */
  online({ limit, after, ...options }: NamesOptions = {}): Promise<OnlinePage> {
    const more = { query: { limit, after } }
    return this.#api.call('GET', ['users', 'online'], isOnlinePage, options, more)
  }

  /**
   * A page of the messages that the user may see, in rooms only those from while they were a member:
   * `rooms.history` has all of one room. Error: `unknown-recipient`.
   */
  history({ signal, onRetry, ...query }: HistoryOptions = {}): Promise<HistoryPage> {
    return this.#api.call('GET', ['messages'], isHistoryPage, { signal, onRetry }, { query })
  }

  /** One message. Errors: `message-deleted`, and `not-found`, also if the user may not see it. */
  message(id: number, options: CallOptions = {}): Promise<Message> {
    return this.#api.call('GET', ['messages', id], isMessage, options)
  }

  /**
   * Changes a message of the user's, wherever it was said; what is left out stays. Returns the message
   * as it is now. Errors: `forbidden`, `too-late`, `message-deleted`, `not-a-member`, `room-archived`.
   */
  editMessage(id: number, edit: MessageEdit, options: CallOptions = {}): Promise<Message> {
    return this.#api.call('PATCH', ['messages', id], isMessage, options, { body: edit })
  }

  /** Deletes a message: its sender, or in a room also a moderator. Errors: `forbidden`, `not-found`. */
  async deleteMessage(id: number, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['messages', id], isNull, options)
  }

  /** Adds a reaction of the user's to a message. Errors: `too-many-reactions`, `message-deleted`. */
  async react(id: number, emoji: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('PUT', ['messages', id, 'reactions', emoji], isNull, options)
  }

  /** Takes a reaction of the user's back. */
  async unreact(id: number, emoji: string, options: CallOptions = {}): Promise<void> {
    await this.#api.call('DELETE', ['messages', id, 'reactions', emoji], isNull, options)
  }

  /** The current user and session. */
  me(options: CallOptions = {}): Promise<Me> {
    return this.#api.call('GET', ['me'], isMe, options)
  }

  /** A token for a plain `EventSource`: it opens the stream and nothing else. */
  eventsToken(options: CallOptions = {}): Promise<EventsToken> {
    return this.#api.call('POST', ['events', 'token'], isEventsToken, options)
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
      latestToken: (token: string | undefined) => this.#latestToken(token),
      clearToken: (token: string | undefined) => {
        if (this.token === token) this.token = undefined
      },
    }
    return new ReconnectingEventStream(session, options)
  }

  /** The newest token of the session of a token. */
  #latestToken(token: string | undefined): string | undefined {
    let latest = token
    for (let next = latest; next !== undefined; next = this.#successors.get(next)) latest = next
    return latest
  }

  /** Not repeated if it may have been carried out: the name would then be taken by this user. */
  async #openSession(path: string, body: object, options: CallOptions): Promise<LoggedIn> {
    const loggedIn = await this.#api.call('POST', [path], isLoggedIn, options, {
      token: undefined,
      body,
      shouldRetry: wasNotProcessed,
    })
    this.token = loggedIn.token
    this.#own = { token: this.token, username: loggedIn.user.username }
    return loggedIn
  }

  #makeAccess(): ApiAccess {
    const api: ApiAccess = {
      call: async (method, path, guard, { signal, onRetry }, more = {}) => {
        const session = { token: this.token, shouldRetry: isRetryable }
        const request = { method, path: encodePath(path), guard, signal, onRetry }
        return this.#http.call({ ...request, ...session, ...more })
      },
      post: (path, body, guard, options) => {
        const { idempotencyKey = newIdempotencyKey() } = options
        const headers = { 'idempotency-key': idempotencyKey }
        return api.call('POST', path, guard, options, { body, headers })
      },
      ownName: (options) => this.#ownName(options),
    }
    return api
  }

  /** Asked for once, if the client was made with a token. */
  async #ownName(options: CallOptions): Promise<string> {
    const { token } = this
    if (this.#own !== undefined && this.#own.token === token) return this.#own.username
    const { username } = (await this.me(options)).user
    this.#own = { token, username }
    return username
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
