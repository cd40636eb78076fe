import { type TSchema, Type } from 'typebox'
import { type ProblemCode, problems } from '../../chat/problems.ts'
import { problemType } from '../problem-details.ts'
import { exampleProblem, ProblemDetails } from './problem-details.ts'

const requestIdNote = 'See `GET /problems/{code}`.'

interface ResponseHeader {
  type: 'string' | 'integer'
  format?: 'int32'
  description: string
}

export function jsonResponse<const Schema extends TSchema>(
  description: string,
  schema: Schema,
  example: unknown,
  headers: Record<string, ResponseHeader> = {},
) {
  return { description, headers, content: { 'application/json': { schema, example } } }
}

export function emptyResponse(description: string) {
  return Type.Null({ description })
}

/** The errors of every call. */
const commonErrors = [
  'malformed-request',
  'request-timeout',
  'too-many-requests',
  'headers-too-large',
  'unknown-host',
  'cross-site',
  'internal-error',
] as const

/** The further errors of a call with a token. A program's can lack the scope. */
export const tokenErrors = [
  'unauthorized',
  'forbidden',
  'unavailable',
] as const satisfies ProblemCode[]

/** The further errors of a call with a body. */
export const bodyErrors = [
  'invalid-request',
  'payload-too-large',
  'unsupported-media-type',
] as const satisfies ProblemCode[]

/** The error responses of a call, by status, with an example for each code. */
export function errorResponses(...codes: ProblemCode[]) {
  const byStatus = Map.groupBy(
    new Set<ProblemCode>([...codes, ...commonErrors]),
    (code) => problems[code].status,
  )
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [status, errorResponse(status, found)]),
  )
}

function errorResponse(status: number, codes: ProblemCode[]) {
  return {
    description: `${codes.map((code) => `\`${code}\`: ${problems[code].title}.`).join(' ')} ${requestIdNote}`,
    headers: headersOf(status),
    content: {
      [problemType]: {
        schema: ProblemDetails,
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            { summary: problems[code].title, value: exampleProblem(code) },
          ]),
        ),
      },
    },
  }
}

function headersOf(status: number): Record<string, ResponseHeader> {
  if (status === 401)
    return { 'WWW-Authenticate': { type: 'string', description: 'The scheme to use (RFC 6750).' } }
  if (status === 429 || status === 503)
    return {
      'Retry-After': {
        type: 'integer',
        format: 'int32',
        description: 'Seconds to wait, 1 or more.',
      },
    }
  return {}
}
