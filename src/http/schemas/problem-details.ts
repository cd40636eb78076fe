import { type Static, Type } from 'typebox'
import { type ProblemCode, problems } from '../../chat/problems.ts'

const errorDetail = Type.String({ description: 'What would be right' })

export const ProblemDetails = Type.Object(
  {
    type: Type.String({
      description: 'The address that explains the code: /problems/ and the code',
    }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong this time, and what would be right' }),
    requestId: Type.String({ description: 'Under this id the server has logged the request' }),
    errors: Type.Optional(
      Type.Array(
        Type.Union([
          Type.Object({
            pointer: Type.String({
              description: 'A JSON Pointer into the body; empty for the whole',
            }),
            detail: errorDetail,
          }),
          Type.Object({
            parameter: Type.String({
              description: 'A parameter of the query, the path or the headers',
            }),
            detail: errorDetail,
          }),
        ]),
        { description: 'With `invalid-request`: what was wrong, one by one' },
      ),
    ),
    operations: Type.Optional(
      Type.Array(
        Type.Object({ method: Type.String(), path: Type.String(), summary: Type.String() }),
        { description: 'With `not-found` for an unknown path: what can be called' },
      ),
    ),
  },
  { $id: 'Problem', description: 'Why a request was refused (RFC 9457)' },
)

/** What a refusal with this code looks like. */
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
