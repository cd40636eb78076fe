import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../chat/problems.ts'
import { storeProblem } from '../chat/store-problems.ts'
import { sentToken } from './auth/request-token.ts'
import { MethodNotAllowed, RouteNotFound } from './checks/not-found.ts'
import { logInternalError } from './logging/log-events.ts'
import { problemDetails, problemType, retryAfter } from './problem-details.ts'

interface Refusal {
  code: ProblemCode
  detail: string
}

/** A library names no reason that people would know. Also a client that goes away in mid-body. */
const malformed: Refusal = {
  code: 'malformed-request',
  detail: 'The request does not arrive as its headers announce it.',
}

/** What a library refuses while it reads a request, by its status. */
const libraryErrors: Record<number, Refusal> = {
  413: { code: 'payload-too-large', detail: 'The body is larger than any valid request needs.' },
  415: {
    code: 'unsupported-media-type',
    detail:
      'The body must be application/json, or application/x-www-form-urlencoded, and Content-Type must say so.',
  },
}

/** The one error handler: every refusal leaves as problem details, whatever was thrown. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  if (problem.code === 'internal-error') logInternalError(request, error)
  const details = problemDetails(problem, request.id)
  if (problem instanceof RouteNotFound) details.operations = problem.operations
  if (problem instanceof MethodNotAllowed) reply.header('allow', problem.allow.join(', '))
  if (details.status === 401) reply.header('www-authenticate', challenge(problem.code, request))
  const seconds = retryAfter(problem)
  if (seconds !== undefined) reply.header('retry-after', seconds)
  // Fastify closes the connection under a body that it refuses; here the rest is read: `drainRequest`.
  if (reply.hasHeader('connection')) reply.removeHeader('connection')
  // What is wrong with one request says nothing of the next.
  reply.header('cache-control', 'no-store')
  // As bytes: to a string Fastify would add a charset, which this media type does not have.
  const bytes = Buffer.from(JSON.stringify(details))
  reply.code(details.status).type(problemType).send(bytes)
}

/** Names what was thrown. Whatever has no name is an internal error. */
function toProblem(error: unknown): Problem {
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

/** RFC 6750, section 3: without a token the bare scheme, with one the reason it was refused. */
function challenge(code: ProblemCode, request: FastifyRequest): string {
  return code === 'unauthorized' && sentToken(request) !== undefined
    ? 'Bearer error="invalid_token", error_description="The token is not valid here or its session is over"'
    : 'Bearer'
}
