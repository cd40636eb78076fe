import { readAnswer } from './answer.ts'
import { withJitter } from './back-off.ts'
import { Cutoff, pause } from './cutoff.ts'
import { ObrolError } from './errors.ts'
import { Retries } from './retries.ts'
import type { Shape } from './shapes.ts'

/** The wait before a call's second try, in ms; it doubles up to the longest, with jitter. */
const firstWaitMs = 250
const longestWaitMs = 5_000

/** A request, without the server it goes to. */
export interface Request {
  method: 'GET' | 'POST'
  /** Below the server's address, without a slash before it. */
  path: string
  query?: Record<string, string | number | undefined>
  headers?: Record<string, string | undefined>
  token: string | undefined
  /** Goes as JSON. */
  body?: object
}

/** A request, what its answer must be, and when it may be made again. */
export interface Call<T> extends Request {
  isShape: Shape<T>
  again(error: ObrolError): boolean
  onRetry: ((error: ObrolError, inMs: number) => void) | undefined
  signal: AbortSignal | undefined
}

/** A failure that may be gone the next time, of a call that does no harm when made twice. */
export function mayPass({ code, status = 0 }: ObrolError): boolean {
  // A redirect, or a page that another server sends with 4xx, says that the address is wrong.
  if (code === 'bad-answer') return status < 300 || status >= 500
  return ['network', 'timeout'].includes(code) || [408, 429, 503].includes(status)
}

/** Whether the server could not be reached, as far as one can tell. */
export function isOutOfReach(error: ObrolError | string): boolean {
  const codes: string[] = ['network', 'timeout', 'bad-answer']
  return error instanceof ObrolError && codes.includes(error.code)
}

/** A failure after which the call has certainly not been carried out. */
export function notDone({ code }: ObrolError): boolean {
  return code === 'unavailable'
}

interface CallerOptions {
  fetch?: typeof fetch | undefined
  timeoutMs?: number | undefined
  retryForMs?: number | undefined
  maxAnswerBytes?: number | undefined
}

/** Makes calls to one server, again and again where that helps and does no harm. */
export class Caller {
  /** How long one try may take, in ms. */
  readonly timeoutMs: number
  /** Who waits for the server to be there again. */
  readonly retries = new Retries()
  /** How much is read of one answer. */
  readonly maxAnswerBytes: number
  readonly #retryForMs: number
  readonly #server: URL
  readonly #fetch: typeof fetch

  /** @throws {TypeError} where `server` is no URL */
  constructor(server: string | URL, options: CallerOptions) {
    const { fetch = globalThis.fetch } = options
    this.#server = new URL(server)
    this.#server.pathname = this.#server.pathname.replace(/(?<!\/)\/*$/, '/')
    this.#fetch = (input, init) => fetch(input, init)
    this.timeoutMs = options.timeoutMs ?? 10_000
    this.maxAnswerBytes = options.maxAnswerBytes ?? 134_217_728
    this.#retryForMs = options.retryForMs ?? 30_000
  }

  /** @throws {ObrolError} of the last try */
  call<T>(call: Call<T>): Promise<T> {
    return this.#untilDone(call, performance.now() + this.#retryForMs, firstWaitMs)
  }

  #untilDone<T>(call: Call<T>, until: number, waitMs: number): Promise<T> {
    return this.#once(call).catch(async (error: ObrolError) => {
      const nextMs = Math.max(withJitter(waitMs), error.retryAfterMs ?? 0)
      if (!call.again(error) || performance.now() + nextMs > until) throw error
      call.onRetry?.(error, nextMs)
      const wait = new Cutoff(call.signal)
      if (isOutOfReach(error)) this.retries.add(wait)
      await pause(nextMs, wait.signal)
      const growth = wait.signal.aborted ? 1 : 2
      this.retries.delete(wait)
      wait.close()
      return this.#untilDone(call, until, Math.min(waitMs * growth, longestWaitMs))
    })
  }

  #once<T>(call: Call<T>): Promise<T> {
    const cutoff = new Cutoff(call.signal)
    return this.#answerTo(call, cutoff).finally(() => cutoff.close())
  }

  async #answerTo<T>(call: Call<T>, cutoff: Cutoff): Promise<T> {
    try {
      const response = await this.open(call, cutoff)
      return await readAnswer(response, call.isShape, this.maxAnswerBytes)
    } catch (error) {
      throw error instanceof ObrolError ? error : cutoff.failure(error)
    }
  }

  /** Sends a request; resolves with the head of its answer. @throws {ObrolError} */
  async open(request: Request, cutoff: Cutoff): Promise<Response> {
    const { method, body } = request
    const headers = headersOf(request)
    cutoff.within(this.timeoutMs, `No answer within ${this.timeoutMs / 1000} s`)
    let response: Response
    try {
      response = await this.#fetch(this.#addressOf(request), {
        method,
        headers,
        signal: cutoff.signal,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'manual',
        ...(body && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw cutoff.failure(error)
    }
    if (isRedirect(response)) throw moved(response)
    // A 5xx may be that of a proxy that waits for the server as well.
    if (response.status < 500) this.retries.tryNow()
    return response
  }

  #addressOf({ path, query = {} }: Request): URL {
    const address = new URL(path, this.#server)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(name, String(value))
    return address
  }
}

/** In a browser nothing more can be known of one. */
function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400)
}

/**
 * No redirect is followed: a post would become a GET, and a password go to another server than the
 * one it was given for.
 */
function moved({ status, headers }: Response): ObrolError {
  const to = headers.get('location')
  const where = to === null ? '' : ` to ${to}`
  return new ObrolError('bad-answer', `The server redirects${where}: give its own address`, {
    status: status || 302,
  })
}

/** @throws {ObrolError} where one of them cannot be sent at all, such as one with a line break */
function headersOf({ token, body, headers = {} }: Request): Headers {
  const wanted = {
    authorization: token && `Bearer ${token}`,
    'content-type': body && 'application/json',
    ...headers,
  }
  const made = new Headers()
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) continue
    try {
      made.set(name, value)
    } catch (cause) {
      throw new ObrolError('invalid-request', `No header ${name} can be ${JSON.stringify(value)}`, {
        cause,
      })
    }
  }
  return made
}
