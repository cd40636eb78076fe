import { AbortScope } from './abort-scope.ts'
import { sleep, withJitter } from './back-off.ts'
import { ObrolError } from './errors.ts'
import type { Guard } from './guards.ts'

import { readResponse } from './read-response.ts'
import type { ClientOptions } from './types.ts'

/** The delay before a call's second attempt, in ms. It doubles up to the longest, with jitter. */
const firstRetryDelayMs = 250
const maxRetryDelayMs = 5_000

/** A request to whichever server the client has. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Relative to the server's URL, without a leading slash. */
  path: string
  query?: Record<string, string | number | boolean | undefined>
  headers?: Record<string, string | undefined>
  token: string | undefined
  /** Sent as JSON. */
  body?: object
}

/** A request, the shape of its response, and the rule for retries. */
export interface ApiCall<T> extends ApiRequest {
  guard: Guard<T>
  shouldRetry(error: ObrolError): boolean
  onRetry: ((error: ObrolError, inMs: number) => void) | undefined
  signal: AbortSignal | undefined
}

/** Whether a call that is safe to repeat may succeed the next time. */
export function isRetryable({ code, status = 0 }: ObrolError): boolean {
  // A redirect, or another server's page with 4xx, means that the address is wrong.
  if (code === 'bad-answer') return status < 300 || status >= 500
  return ['network', 'timeout'].includes(code) || [408, 429, 503].includes(status)
}

/** Whether the server probably could not be reached. */
export function isUnreachable(error: ObrolError | string): boolean {
  const codes: string[] = ['network', 'timeout', 'bad-answer']
  return error instanceof ObrolError && codes.includes(error.code)
}

/** Whether the call was certainly not carried out. */
export function wasNotProcessed({ code }: ObrolError): boolean {
  return code === 'unavailable'
}

/** Makes calls to one server and retries them. */
export class HttpClient {
  /** Of one attempt, in ms. */
  readonly timeoutMs: number
  /** Of one response. */
  readonly maxAnswerBytes: number
  /** The waits of calls and streams before a server that could not be reached is tried again. */
  readonly retryWaits = new Set<AbortScope>()
  readonly #retryForMs: number
  readonly #server: URL
  readonly #fetch: typeof fetch

  /** @throws {TypeError} if `server` is not a URL */
  constructor(server: string | URL, options: ClientOptions) {
    const { fetch = globalThis.fetch } = options
    this.#server = new URL(server)
    this.#server.pathname = this.#server.pathname.replace(/(?<!\/)\/*$/, '/')
    this.#fetch = (input, init) => fetch(input, init)
    this.timeoutMs = options.timeoutMs ?? 10_000
    this.maxAnswerBytes = options.maxAnswerBytes ?? 134_217_728
    this.#retryForMs = options.retryForMs ?? 30_000
  }

  /** @throws {ObrolError} of the last attempt */
  call<T>(call: ApiCall<T>): Promise<T> {
    return this.#callWithRetries(call, performance.now() + this.#retryForMs, firstRetryDelayMs)
  }

  /** Ends all `retryWaits`, because the server can probably be reached. */
  retryNow(): void {
    for (const wait of this.retryWaits) wait.abort(new ObrolError('aborted', 'Waited long enough'))
  }

  #callWithRetries<T>(call: ApiCall<T>, deadline: number, delayMs: number): Promise<T> {
    return this.#tryOnce(call).catch(async (error: ObrolError) => {
      const nextDelayMs = Math.max(withJitter(delayMs), error.retryAfterMs ?? 0)
      if (!call.shouldRetry(error) || performance.now() + nextDelayMs > deadline) throw error
      call.onRetry?.(error, nextDelayMs)
      const wait = new AbortScope(call.signal)
      if (isUnreachable(error)) this.retryWaits.add(wait)
      await sleep(nextDelayMs, wait.signal)
      const growth = wait.signal.aborted ? 1 : 2
      this.retryWaits.delete(wait)
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

  /** Resolves once the response's head is there. @throws {ObrolError} */
  async send(request: ApiRequest, scope: AbortScope): Promise<Response> {
    const { method, body } = request
    const headers = buildHeaders(request)
    const content = body && toJson(body)
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
        ...(content && { body: content }),
      })
    } catch (error) {
      throw scope.toError(error)
    }
    if (isRedirect(response)) throw redirectError(response)
    // A 5xx may come from a proxy that cannot reach the server either.
    if (response.status < 500) this.retryNow()
    return response
  }

  #urlOf({ path, query = {} }: ApiRequest): URL {
    const address = new URL(path, this.#server)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) address.searchParams.set(name, String(value))
    return address
  }
}

/** @throws {ObrolError} for a value that JSON cannot hold, such as metadata with a cycle */
function toJson(body: object): string {
  try {
    return JSON.stringify(body)
  } catch (cause) {
    throw new ObrolError('invalid-request', (cause as Error).message, { cause })
  }
}

/** Browsers give an opaque response for a redirect. */
function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400)
}

/**
 * Redirects are not followed: a POST would become a GET, and a password could go to another server
 * than the one it was given for.
 */
function redirectError({ status, headers }: Response): ObrolError {
  const to = headers.get('location')
  const where = to === null ? '' : ` to ${to}`
  return new ObrolError('bad-answer', `The server redirects${where}: give its own address`, {
    status: status || 302,
  })
}

/** @throws {ObrolError} if a value is not allowed in a header, such as a line break */
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
