import { BackOff } from './back-off.ts'
import { type Caller, isOutOfReach, type Request } from './caller.ts'
import { Chain } from './chain.ts'
import { Cutoff, pause } from './cutoff.ts'
import { ObrolError } from './errors.ts'
import { Line } from './line.ts'
import { Pulse } from './pulse.ts'
import type { Retries } from './retries.ts'
import { isBye, parse } from './shapes.ts'
import type { Block } from './sse-parser.ts'
import type { ByeReason, EndReason, EventStream, EventsOptions, ObrolEvent } from './types.ts'

/** What the server says bye with where the session is over. */
const endReasons: readonly EndReason[] = ['logged-out', 'banned', 'session-expired']

/** The line has ended: by a failure, or by what the server said in its last event. */
interface Loss {
  error: ObrolError | ByeReason
  /** What the server told this stream alone to wait, in ms. */
  askedMs?: number | undefined
}

/** Where a stream is opened, and by whom. */
export interface Gate {
  caller: Caller
  /** The client's token as it is now. */
  token(): string | undefined
  /** A token is good for nothing any more. */
  forget(token: string | undefined): void
}

/** A stream over all its lines, as one iterator. See `ObrolClient.events`. */
export class Events implements EventStream {
  readonly #gate: Gate
  readonly #options: EventsOptions
  /** One stream is one session's: another that the client logs into meanwhile is not followed. */
  readonly #token: string | undefined
  readonly #chain: Chain
  readonly #pulse: Pulse
  readonly #backOff: BackOff
  readonly #end: Cutoff
  readonly #events: AsyncGenerator<ObrolEvent, undefined, undefined>
  #line: Line | undefined
  #wait: Cutoff | undefined

  constructor(gate: Gate, options: EventsOptions) {
    this.#gate = gate
    this.#options = options
    this.#token = gate.token()
    this.#chain = new Chain(options.cursor)
    this.#pulse = new Pulse(options.heartbeatMs ?? 15_000)
    this.#backOff = new BackOff(options.backOff)
    this.#end = new Cutoff(options.signal)
    this.#events = this.#run()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<ObrolEvent, undefined>> {
    return this.#events.next()
  }

  return(): Promise<IteratorResult<ObrolEvent, undefined>> {
    this.#end.close()
    return this.#events.return(undefined)
  }

  hurry(): void {
    this.#line?.hurry()
    this.#wait?.cut(new ObrolError('aborted', 'Waited long enough'))
    this.#retries.tryNow()
  }

  async *#run(): AsyncGenerator<ObrolEvent, undefined, undefined> {
    try {
      while (!this.#end.signal.aborted) {
        const loss = yield* this.#follow()
        if (this.#end.signal.aborted) break
        const reason = this.#endReason(loss.error)
        if (reason !== undefined) {
          yield { type: 'ended', reason }
          break
        }
        const inMs = this.#untilNext(loss)
        // Made before it is told of: whoever hears of it may hurry at once.
        const wait = new Cutoff(this.#end.signal)
        this.#wait = wait
        if (isOutOfReach(loss.error)) this.#retries.add(wait)
        yield { type: 'reconnecting', error: loss.error, inMs, attempt: this.#backOff.attempt }
        await pause(inMs, wait.signal)
        if (wait.signal.aborted) this.#backOff.hurried()
        this.#endWait()
      }
    } finally {
      this.#endWait()
      this.#end.close()
    }
  }

  #endWait(): void {
    if (this.#wait === undefined) return
    this.#retries.delete(this.#wait)
    this.#wait.close()
    this.#wait = undefined
  }

  get #retries(): Retries {
    return this.#gate.caller.retries
  }

  /** What one line brings, until it is lost. */
  async *#follow(): AsyncGenerator<ObrolEvent, Loss, undefined> {
    let openedAt: number | undefined
    const { maxEventChars = 4_194_304 } = this.#options
    const line = new Line(this.#gate.caller, this.#pulse, maxEventChars, this.#end.signal)
    this.#line = line
    try {
      for await (const block of line.blocks(this.#request())) {
        const now = performance.now()
        openedAt ??= now
        if (now - openedAt > this.#backOff.firstMs) this.#backOff.worked()
        if (block.type === 'bye') return this.#bye(block)
        if (block.retry !== undefined) this.#backOff.firstMs = block.retry
        const event = this.#chain.take(block)
        if (event?.type === 'message') this.#backOff.worked()
        if (event !== undefined) yield event
      }
      return { error: new ObrolError('network', 'The stream broke off') }
    } catch (error) {
      return { error: error as ObrolError }
    }
  }

  #request(): Request {
    return {
      method: 'GET',
      path: 'v1/events',
      query: { presence: this.#options.presence },
      headers: { accept: 'text/event-stream', 'last-event-id': this.#chain.cursor },
      token: this.#token,
    }
  }

  #bye({ data = '', retry }: Block): Loss {
    const { reason } = parse(data, isBye)
    return { error: reason, askedMs: retry }
  }

  /** Why the session is over, if it is. @throws {ObrolError} a failure that stays */
  #endReason(error: ObrolError | ByeReason): EndReason | undefined {
    if (typeof error === 'string') {
      const reason = endReasons.find((reason) => reason === error)
      if (reason !== undefined) this.#gate.forget(this.#token)
      return reason
    }
    if (heals(error)) return undefined
    if (error.status === 401) {
      // The client has logged out while there was no line on which the server could say bye.
      const loggedOut = this.#gate.token() !== this.#token
      this.#gate.forget(this.#token)
      if (loggedOut) return 'logged-out'
    }
    throw error
  }

  #untilNext({ error, askedMs }: Loss): number {
    if (askedMs !== undefined) return this.#backOff.asked(askedMs)
    // Another stream of this session took the place: to take it back at once would go on for ever.
    if (error === 'replaced') return this.#backOff.asked(this.#backOff.longestMs)
    return this.#backOff.next(typeof error === 'string' ? 0 : error.retryAfterMs)
  }
}

/**
 * Whether a stream that failed so is opened again: after any failure but a 401, for what stands in
 * between may answer anything for a while. A wrong request, such as one with a cursor that no
 * server can have given, stays wrong.
 */
function heals({ code, status }: ObrolError): boolean {
  return code !== 'invalid-request' && status !== 401
}
