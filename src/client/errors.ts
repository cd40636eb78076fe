import type { components } from './openapi-types.ts'

type Schemas = components['schemas']

/** The server's error codes; `GET /problems/<code>` explains each. */
export type ProblemCode =
  | 'invalid-request'
  | 'malformed-request'
  | 'unauthorized'
  | 'unknown-user'
  | 'wrong-password'
  | 'wrong-credentials'
  | 'registration-closed'
  | 'cross-site'
  | 'forbidden'
  | 'fresh-login-required'
  | 'banned'
  | 'muted'
  | 'not-accepted'
  | 'account-closed'
  | 'not-a-member'
  | 'not-found'
  | 'unknown-recipient'
  | 'unknown-person'
  | 'unknown-room'
  | 'method-not-allowed'
  | 'request-timeout'
  | 'username-taken'
  | 'recipient-offline'
  | 'room-name-taken'
  | 'room-archived'
  | 'cannot-open'
  | 'last-owner'
  | 'no-password'
  | 'last-admin'
  | 'too-many-tokens'
  | 'too-many-rooms'
  | 'room-full'
  | 'stale-cursor'
  | 'too-late'
  | 'too-many-reactions'
  | 'message-deleted'
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

/** One invalid field: in the body (`pointer`, RFC 6901), or in the query, path or headers. */
export type FieldError = { pointer: string; detail: string } | { parameter: string; detail: string }

/** RFC 9457 problem details. A newer server may send a `type` that is not listed here. */
export type ProblemDetails = Omit<Schemas['Problem'], 'type' | 'errors'> & {
  type: string
  errors?: FieldError[]
}

/**
 * Errors without an answer of the server: `network` (no connection, or it was lost), `timeout` (no
 * response in time, or a stream fell silent), `bad-answer` (the response is not one of this API:
 * another server, a proxy's page, an incomplete body), `aborted` (by the caller's signal).
 */
export type ClientCode = 'network' | 'timeout' | 'bad-answer' | 'aborted'

export interface ObrolErrorOptions {
  status?: number | undefined
  problem?: ProblemDetails | undefined
  retryAfterMs?: number | undefined
  cause?: unknown
}

/** The only class of errors that this client throws. `message` is for people. */
export class ObrolError extends Error {
  override readonly name = 'ObrolError'
  /** A newer server may send a code that is not listed here. */
  readonly code: ProblemCode | ClientCode
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined
  /** The problem details, if the server sent any. */
  readonly problem: ProblemDetails | undefined
  /** From `Retry-After`, in ms. */
  readonly retryAfterMs: number | undefined

  constructor(code: ProblemCode | ClientCode, message: string, options: ObrolErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.code = code
    this.status = options.status
    this.problem = options.problem
    this.retryAfterMs = options.retryAfterMs
  }
}
