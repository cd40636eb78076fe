import { AbortScope } from './abort-scope.ts'
import { BackOff, sleep } from './back-off.ts'
import { CursorTracker } from './cursor-tracker.ts'
import { ObrolError } from './errors.ts'
import { isBye, parseAs } from './guards.ts'
import { HeartbeatMonitor } from './heartbeat-monitor.ts'
import { type ApiRequest, type HttpClient, isUnreachable } from './http-client.ts'

import type { SseBlock } from './sse-parser.ts'
import { entryId } from './state/stream-events.ts'
import { StreamConnection } from './stream-connection.ts'
import type { ByeReason, EndReason, EventStream, EventsOptions, ObrolEvent } from './types.ts'

/** The reasons of a `bye` that end the session too. */
const endReasons: readonly EndReason[] = ['logged-out', 'banned', 'session-expired']

/** Why a connection ended: an error, or the reason in the server's `bye`. */
interface Disconnect {
  error: ObrolError | ByeReason
  /** The delay that the server gave this stream alone, in ms. */
  retryMs?: number | undefined
}

/** What a stream needs of its client. */
export interface SessionAccess {
  http: HttpClient

  currentToken(): string | undefined
  /** The newest token of the session of `token`, which may have been renewed. */
  latestToken(token: string | undefined): string | undefined
  /** `token` is no longer valid. */
  clearToken(token: string | undefined): void
}

/** All connections of a stream as one iterator. See `ObrolClient.events`. */
export class ReconnectingEventStream implements EventStream {
  readonly #session: SessionAccess
  readonly #options: EventsOptions
  /** The stream keeps its session, even if the client logs into another one. */
  readonly #firstToken: string | undefined
  readonly #cursorTracker: CursorTracker
  readonly #heartbeats: HeartbeatMonitor
  readonly #backOff: BackOff
  readonly #abortScope: AbortScope
  readonly #iterator: AsyncGenerator<ObrolEvent, undefined, undefined>
  #connection: StreamConnection | undefined
  #retryWait: AbortScope | undefined

  constructor(session: SessionAccess, options: EventsOptions) {
    this.#session = session
    this.#options = options
    this.#firstToken = session.currentToken()
    this.#cursorTracker = new CursorTracker(options.cursor)
    this.#heartbeats = new HeartbeatMonitor(options.heartbeatMs ?? 15_000)
    this.#backOff = new BackOff(options.backOff)
    this.#abortScope = new AbortScope(options.signal)
    this.#iterator = this.#run()
  }

  get #token(): string | undefined {
    return this.#session.latestToken(this.#firstToken)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ObrolEvent, undefined>> {
    return this.#iterator.next()
  }

  return(): Promise<IteratorResult<ObrolEvent, undefined>> {
    this.#abortScope.close()
    return this.#iterator.return(undefined)
  }

  hurry(): void {
    this.#connection?.closeIfSilent()
    this.#retryWait?.abort(new ObrolError('aborted', 'Waited long enough'))
    this.#session.http.retryNow()
  }

  async *#run(): AsyncGenerator<ObrolEvent, undefined, undefined> {
    try {
      while (!this.#abortScope.signal.aborted) {
        const disconnect = yield* this.#readConnection()
        if (this.#abortScope.signal.aborted) break
        const reason = this.#endReason(disconnect.error)
        if (reason !== undefined) {
          yield { type: 'ended', reason }
          break
        }
        const inMs = this.#delayBeforeRetry(disconnect)
        // Before the event: its consumer may call hurry() at once.
        const wait = new AbortScope(this.#abortScope.signal)
        this.#retryWait = wait
        if (isUnreachable(disconnect.error)) this.#session.http.retryWaits.add(wait)
        yield {
          type: 'reconnecting',
          error: disconnect.error,
          inMs,
          attempt: this.#backOff.attempt,
        }
        await sleep(inMs, wait.signal)
        if (wait.signal.aborted) this.#backOff.undoAttempt()
        this.#endRetryWait()
      }
    } finally {
      this.#endRetryWait()
      this.#abortScope.close()
    }
  }

  #endRetryWait(): void {
    if (this.#retryWait === undefined) return
    this.#session.http.retryWaits.delete(this.#retryWait)
    this.#retryWait.close()
    this.#retryWait = undefined
  }

  /** The events of one connection, until it is lost. */
  async *#readConnection(): AsyncGenerator<ObrolEvent, Disconnect, undefined> {
    let openedAt: number | undefined
    const { maxEventChars = 4_194_304 } = this.#options
    const connection = new StreamConnection(
      this.#session.http,
      this.#heartbeats,
      maxEventChars,
      this.#abortScope.signal,
    )
    this.#connection = connection
    try {
      for await (const block of connection.blocks(this.#request())) {
        const now = performance.now()
        openedAt ??= now
        if (now - openedAt > this.#backOff.firstMs) this.#backOff.reset()
        if (block.type === 'bye') return this.#parseBye(block)
        if (block.retry !== undefined) this.#backOff.firstMs = block.retry
        const event = this.#cursorTracker.toEvent(block)
        if (event === undefined) continue
        // With an event of the log the stream has made progress.
        if (event.type === 'message' || entryId(event) !== undefined) this.#backOff.reset()
        yield event
      }
      return { error: new ObrolError('network', 'The stream broke off') }
    } catch (error) {
      return { error: error as ObrolError }
    }
  }

  #request(): ApiRequest {
    return {
      method: 'GET',
      path: 'v1/events',
      query: { presence: this.#options.presence, events: this.#options.events?.join() },
      headers: { accept: 'text/event-stream', 'last-event-id': this.#cursorTracker.cursor },
      token: this.#token,
    }
  }

  #parseBye({ data = '', retry }: SseBlock): Disconnect {
    const { reason } = parseAs(data, isBye)
    return { error: reason, retryMs: retry }
  }

  /** Undefined if the session goes on. @throws {ObrolError} an error that a retry cannot change */
  #endReason(error: ObrolError | ByeReason): EndReason | undefined {
    if (typeof error === 'string') {
      const reason = endReasons.find((reason) => reason === error)
      if (reason !== undefined) this.#session.clearToken(this.#token)
      return reason
    }
    if (canReconnect(error)) return undefined
    if (error.status === 401) {
      // The client logged out while no connection was open on which the server could send `bye`.
      const loggedOut = this.#session.currentToken() !== this.#token
      this.#session.clearToken(this.#token)
      if (loggedOut) return 'logged-out'
    }
    throw error
  }

  #delayBeforeRetry({ error, retryMs }: Disconnect): number {
    if (retryMs !== undefined) return this.#backOff.requestedDelay(retryMs)
    // Another stream of this session took its place: to replace it at once would never end.
    if (error === 'replaced') return this.#backOff.requestedDelay(this.#backOff.longestMs)
    return this.#backOff.nextDelay(typeof error === 'string' ? 0 : error.retryAfterMs)
  }
}

/**
 * Anything but a 401 may pass, because a proxy may answer with any status for a while. An invalid
 * request, such as one with a malformed cursor, stays invalid.
 */
function canReconnect({ code, status }: ObrolError): boolean {
  return code !== 'invalid-request' && status !== 401
}
