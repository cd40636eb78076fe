import { AbortScope, sleep } from './abort-scope.ts'
import { withJitter } from './back-off.ts'
import { ObrolError } from './errors.ts'
import type { Guard } from './guards.ts'
import { PendingRetries } from './pending-retries.ts'
import { readResponse } from './read-response.ts'

/** The wait before a call's second try, in ms; it doubles up to the longest, with jitter. */
const firstRetryDelayMs = 250
const maxRetryDelayMs = 5_000

/** A request, without the server it goes to. */
export interface ApiRequest {
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
export interface ApiCall<T> extends ApiRequest {
  guard: Guard<T>
  shouldRetry(error: ObrolError): boolean
  onRetry: ((error: ObrolError, inMs: number) => void) | undefined
  signal: AbortSignal | undefined
}

/** A failure that may be gone the next time, of a call that does no harm when made twice. */
export function isRetryable({ code, status = 0 }: ObrolError): boolean {
  // A redirect, or a page that another server sends with 4xx, says that the address is wrong.
  if (code === 'bad-answer') return status < 300 || status >= 500
  return ['network', 'timeout'].includes(code) || [408, 429, 503].includes(status)
}

/** Whether the server could not be reached, as far as one can tell. */
export function isUnreachable(error: ObrolError | string): boolean {
  const codes: string[] = ['network', 'timeout', 'bad-answer']
  return error instanceof ObrolError && codes.includes(error.code)
}

/** A failure after which the call has certainly not been carried out. */
export function wasNotProcessed({ code }: ObrolError): boolean {
  return code === 'unavailable'
}

interface HttpClientOptions {
  fetch?: typeof fetch | undefined
  timeoutMs?: number | undefined
  retryForMs?: number | undefined
  maxAnswerBytes?: number | undefined
}

/** Makes calls to one server, again and again where that helps and does no harm. */
export class HttpClient {
  /** How long one try may take, in ms. */
  readonly timeoutMs: number
  /** Who waits for the server to be there again. */
  readonly pendingRetries = new PendingRetries()
  /** How much is read of one answer. */
  readonly maxAnswerBytes: number
  readonly #retryForMs: number
  readonly #server: URL
  readonly #fetch: typeof fetch

  /** @throws {TypeError} where `server` is no URL */
  constructor(server: string | URL, options: HttpClientOptions) {
    const { fetch = globalThis.fetch } = options
    this.#server = new URL(server)
    this.#server.pathname = this.#server.pathname.replace(/(?<!\/)\/*$/, '/')
    this.#fetch = (input, init) => fetch(input, init)
    this.timeoutMs = options.timeoutMs ?? 10_000
    this.maxAnswerBytes = options.maxAnswerBytes ?? 134_217_728
    this.#retryForMs = options.retryForMs ?? 30_000
  }

  /** @throws {ObrolError} of the last try */
  call<T>(call: ApiCall<T>): Promise<T> {
    return this.#callWithRetries(call, performance.now() + this.#retryForMs, firstRetryDelayMs)
  }

  #callWithRetries<T>(call: ApiCall<T>, deadline: number, delayMs: number): Promise<T> {
    return this.#tryOnce(call).catch(async (error: ObrolError) => {
      const nextDelayMs = Math.max(withJitter(delayMs), error.retryAfterMs ?? 0)
      if (!call.shouldRetry(error) || performance.now() + nextDelayMs > deadline) throw error
      call.onRetry?.(error, nextDelayMs)
      const wait = new AbortScope(call.signal)
      if (isUnreachable(error)) this.pendingRetries.add(wait)
      await sleep(nextDelayMs, wait.signal)
      const growth = wait.signal.aborted ? 1 : 2
      this.pendingRetries.delete(wait)
      wait.close()
      return this.#callWithRetries(call, deadline, Math.min(delayMs * growth, maxRetryDelayMs))
    })
  }

  #tryOnce<T>(call: ApiCall<T>): Promise<T> {
    const scope = new AbortScope(call.signal)
    return this.#fetchAndRead(call, scope).finally(() => scope.close())
  }

  async #fetchAndRead<T>(call: ApiCall<T>, scope: AbortScope): Promise<T> {
    try {
      const response = await this.send(call, scope)
      return await readResponse(response, call.guard, this.maxAnswerBytes)
    } catch (error) {
      throw error instanceof ObrolError ? error : scope.toError(error)
    }
  }

  /** Sends a request; resolves with the head of its answer. @throws {ObrolError} */
  async send(request: ApiRequest, scope: AbortScope): Promise<Response> {
    const { method, body } = request
    const headers = buildHeaders(request)
    scope.abortAfter(this.timeoutMs, `No answer within ${this.timeoutMs / 1000} s`)
    let response: Response
    try {
      response = await this.#fetch(this.#urlOf(request), {
        method,
        headers,
        signal: scope.signal,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'manual',
        ...(body && { body: JSON.stringify(body) }),
      })
    } catch (error) {
      throw scope.toError(error)
    }
    if (isRedirect(response)) throw redirectError(response)
    // A 5xx may be that of a proxy that waits for the server as well.
    if (response.status < 500) this.pendingRetries.retryNow()
    return response
  }

  #urlOf({ path, query = {} }: ApiRequest): URL {
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
function redirectError({ status, headers }: Response): ObrolError {
  const to = headers.get('location')
  const where = to === null ? '' : ` to ${to}`
  return new ObrolError('bad-answer', `The server redirects${where}: give its own address`, {
    status: status || 302,
  })
}

/** @throws {ObrolError} where one of them cannot be sent at all, such as one with a line break */
function buildHeaders({ token, body, headers = {} }: ApiRequest): Headers {
  const wanted = {
    authorization: token && `Bearer ${token}`,
    'content-type': body && 'application/json',
    ...headers,
  }
  const result = new Headers()
  for (const [name, value] of Object.entries(wanted)) {
    if (value === undefined) continue
    try {
      result.set(name, value)
    } catch (cause) {
      throw new ObrolError('invalid-request', `No header ${name} can be ${JSON.stringify(value)}`, {
        cause,
      })
    }
  }
  return result
}
