import type { ProblemDetails } from './types.ts'

/** The codes with which the server refuses; `GET /problems/<code>` explains each. */
export type ProblemCode =
  | 'invalid-request'
  | 'malformed-request'
  | 'unauthorized'
  | 'unknown-user'
  | 'wrong-password'
  | 'wrong-credentials'
  | 'registration-closed'
  | 'cross-site'
  | 'not-found'
  | 'unknown-recipient'
  | 'method-not-allowed'
  | 'request-timeout'
  | 'username-taken'
  | 'recipient-offline'
  | 'precondition-failed'
  | 'payload-too-large'
  | 'unsupported-media-type'
  | 'range-not-satisfiable'
  | 'unknown-host'
  | 'idempotency-key-reused'
  | 'too-many-requests'
  | 'too-many-streams'
  | 'headers-too-large'
  | 'internal-error'
  | 'unavailable'
  | 'outcome-unknown'

/**
 * What goes wrong on the way: `network` (no connection, or it broke off), `timeout` (no answer in
 * time, or a stream fell silent), `bad-answer` (what came is no answer of this API: another server,
 * a proxy's page, a cut body), `aborted` (by one's own signal).
 */
export type ClientCode = 'network' | 'timeout' | 'bad-answer' | 'aborted'

export interface ObrolErrorOptions {
  status?: number | undefined
  problem?: ProblemDetails | undefined
  retryAfterMs?: number | undefined
  cause?: unknown
}

/** The one class of what this client throws. `code` says what it is; `message` is for people. */
export class ObrolError extends Error {
  override readonly name = 'ObrolError'
  /** A newer server may send a code that is not in the list. */
  readonly code: ProblemCode | ClientCode
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined
  /** The refusal as it came, where it is the server's own. */
  readonly problem: ProblemDetails | undefined
  /** How long the server asks to wait, in ms. */
  readonly retryAfterMs: number | undefined

  constructor(code: ProblemCode | ClientCode, message: string, options: ObrolErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = options.status
    this.problem = options.problem
    this.retryAfterMs = options.retryAfterMs
  }
}
