import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../chat/problems.ts'
import { storeProblem } from '../chat/store-problems.ts'
import { sentToken } from './auth/authentication.ts'
import { MethodNotAllowed, RouteNotFound } from './checks/not-found.ts'
import { logInternalError } from './logging/log-events.ts'
import { problemDetails, problemType, retryAfter } from './problem-details.ts'

interface Refusal {
  code: ProblemCode
  detail: string
}

/** The messages of libraries are not for people. Also for a client that leaves in the middle of a body. */
const malformed: Refusal = {
  code: 'malformed-request',
  detail: 'The request does not arrive as its headers announce it.',
}

/** What Fastify refuses while it reads a request, by status. */
const libraryErrors: Record<number, Refusal> = {
  413: { code: 'payload-too-large', detail: 'The body is larger than any valid request needs.' },
  415: {
    code: 'unsupported-media-type',
    detail:
      'The body must be application/json, or application/x-www-form-urlencoded, and Content-Type must say so.',
  },
}

/** Answers every error with problem details. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  if (problem.code === 'internal-error') logInternalError(request, error)
  const details = problemDetails(problem, request.id)
  if (problem instanceof RouteNotFound) details.operations = problem.operations
  if (problem instanceof MethodNotAllowed) reply.header('allow', problem.allow.join(', '))
  if (details.status === 401) reply.header('www-authenticate', challenge(problem.code, request))
  const seconds = retryAfter(problem)
  if (seconds !== undefined) reply.header('retry-after', seconds)
  // The next request may be right.
  reply.header('cache-control', 'no-store')
  // As bytes, because Fastify would add a charset to a string, and this media type has none.
  const bytes = Buffer.from(JSON.stringify(details))
  reply.code(details.status).type(problemType).send(bytes)
}

/** Turns anything that was thrown into a problem; what is unknown is an internal error. */
function toProblem(error: unknown): Problem {
  // The domain maps errors of the store; only those of the rate limits' counters come as they are.
  const named = storeProblem(error)
  if (named instanceof Problem) return named
  const { statusCode = 500 } = error as Partial<FastifyError>
  if (statusCode < 400 || statusCode > 499)
    return new Problem(
      'internal-error',
      'The server made a mistake. Nothing that you sent was wrong.',
    )
  const { code, detail } = libraryErrors[statusCode] ?? malformed
  return new Problem(code, detail)
}

/** RFC 6750, section 3: the bare scheme without a token, and the reason with one. */
function challenge(code: ProblemCode, request: FastifyRequest): string {
  return code === 'unauthorized' && sentToken(request) !== undefined
    ? 'Bearer error="invalid_token", error_description="The token is not valid here or its session is over"'
    : 'Bearer'
}
