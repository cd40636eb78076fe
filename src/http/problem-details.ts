import { type Problem, problems } from '../chat/problems.ts'
import { toTime } from './account-responses.ts'
import type { Operation } from './checks/route-table.ts'

/** The media type of errors (RFC 9457, section 3). */
export const problemType = 'application/problem+json'

/** The `Retry-After` of 503, in seconds, where the problem has no other. */
const unavailableRetryAfter = 2

/** A problem on the wire (RFC 9457). */
export interface ProblemDetails {
  type: string
  title: string
  status: number
  detail: string
  requestId: string
  errors?: Problem['extras']['errors']
  reason?: string
  until?: string
  operations?: readonly Operation[]
}

export function problemDetails(
  { code, message, extras }: Problem,
  requestId: string,
): ProblemDetails {
  const { status, title } = problems[code]
  const details: ProblemDetails = {
    type: `/problems/${code}`,
    title,
    status,
    detail: message,
    requestId,
  }
  const { errors, reason, until } = extras
  if (errors !== undefined) details.errors = errors
  if (reason !== undefined) details.reason = reason
  if (until !== undefined) details.until = toTime(until)
  return details
}

/** The `Retry-After` of a problem in seconds; undefined where a retry would not help. */
export function retryAfter({ code, extras }: Problem): number | undefined {
  const fallback = problems[code].status === 503 ? unavailableRetryAfter : undefined
  return extras.retryAfter ?? fallback
}
