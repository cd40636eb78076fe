import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode } from '../chat/problems.ts'
import { storeProblem } from '../chat/store-problems.ts'
import { sentToken } from './bearer.ts'
import { logInternalError } from './log-lines.ts'
import { NothingHere, WrongMethod } from './missing.ts'
import { problemDetails, problemType, retryAfter } from './problem-details.ts'

/** What Fastify itself refuses while it reads a request, by its status. */
const reading: Record<number, { code: ProblemCode; detail: string }> = {
  400: {
    code: 'malformed-request',
    detail: 'The body does not arrive as the headers announce it.',
  },
  413: { code: 'payload-too-large', detail: 'The body is larger than any valid request needs.' },
  415: {
    code: 'unsupported-media-type',
    detail:
      'The body must be application/json, or application/x-www-form-urlencoded, and Content-Type must say so.',
  },
}

/** The one error handler: every refusal leaves as problem details, whatever was thrown. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  if (problem.code === 'internal-error') logInternalError(request, error)
  const details = problemDetails(problem, request.id)
  if (problem instanceof NothingHere) details.operations = problem.operations
  if (problem instanceof WrongMethod) reply.header('allow', problem.allow.join(', '))
  if (details.status === 401) reply.header('www-authenticate', challenge(problem.code, request))
  const seconds = retryAfter(problem)
  if (seconds !== undefined) reply.header('retry-after', seconds)
  // Fastify closes the connection under a body that it refuses; here the rest is read: `boundRest`.
  if (reply.hasHeader('connection')) reply.removeHeader('connection')
  // As bytes: to a string Fastify would add a charset, which this media type does not have.
  const bytes = Buffer.from(JSON.stringify(details))
  reply.code(details.status).type(problemType).send(bytes)
}

/** Names what was thrown. Whatever has no name is an internal error. */
function toProblem(error: unknown): Problem {
  const named = storeProblem(error)
  if (named instanceof Problem) return named
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>
  // A client that goes away in mid-body is a connection reset, which Fastify takes for its own 400.
  const ofReading = code.startsWith('FST_ERR_CTP_') || code === 'ECONNRESET'
  const refused = ofReading ? reading[statusCode] : undefined
  return refused === undefined
    ? new Problem('internal-error', 'The server made a mistake. Nothing that you sent was wrong.')
    : new Problem(refused.code, refused.detail)
}

/** RFC 6750, section 3: without a token the bare scheme, with one the reason it was refused. */
function challenge(code: ProblemCode, request: FastifyRequest): string {
  return code === 'unauthorized' && sentToken(request) !== undefined
    ? 'Bearer error="invalid_token", error_description="The token is not valid here or its session is over"'
    : 'Bearer'
}
