import { type Static, Type } from 'typebox'
import { type ProblemCode, problems } from '../../chat/problems.ts'

export const ProblemType = Type.Enum(
  Object.keys(problems).map((code) => `/problems/${code}`),
  {
    $id: 'ProblemType',
    type: 'string',
    description:
      'The code of the problem, as the address that explains it: /problems/ and the code. A later version may add codes.',
  },
)

export const ProblemError = Type.Object(
  {
    detail: Type.String({ description: 'What would be right' }),
    pointer: Type.Optional(
      Type.String({
        description:
          'Which field of the body it is about, as a JSON Pointer (RFC 6901); empty for the whole body',
      }),
    ),
    parameter: Type.Optional(
      Type.String({
        description: 'Which parameter of the query, the path or the headers it is about',
      }),
    ),
  },
  { $id: 'ProblemError', description: 'One thing that was wrong with a request' },
)

export const Operation = Type.Object(
  {
    method: Type.String({ description: 'The HTTP method' }),
    path: Type.String({ description: 'The path, with its parameters in braces' }),
    summary: Type.String({ description: 'What the operation does' }),
  },
  { $id: 'Operation', description: 'An operation of the API' },
)

export const ProblemDetails = Type.Object(
  {
    type: ProblemType,
    title: Type.String({ description: 'What the code means, in a few words' }),
    status: Type.Integer({ format: 'int32', description: 'The HTTP status' }),
    detail: Type.String({ description: 'What was wrong this time, and what would be right' }),
    requestId: Type.String({ description: 'The id of the request in the log of the server' }),
    errors: Type.Optional(
      Type.Array(ProblemError, {
        description: 'With `invalid-request`: what was wrong, one by one',
      }),
    ),
    reason: Type.Optional(Type.String({ description: 'With `banned`: why, where it was said' })),
    until: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'With `banned` and `muted`: when it ends, RFC 3339 in UTC; not for one without an end',
      }),
    ),
    operations: Type.Optional(
      Type.Array(Operation, {
        description: 'With `not-found` for an unknown path: all operations',
      }),
    ),
  },
  { $id: 'Problem', description: 'Why a request was refused (RFC 9457)' },
)

export function exampleProblem(code: ProblemCode): Static<typeof ProblemDetails> {
  const { status, title, explanation } = problems[code]
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: explanation.split(/(?<=\.) /, 1)[0] as string,
    requestId: '0b2f6b1e-4b0c-4a58-9d53-0d2f5d1f7a10',
    ...(code === 'invalid-request' && {
      errors: [{ pointer: '/text', detail: 'is missing; it must be a string' }],
    }),
  }
}
