import { Type } from 'typebox'
import { problems } from '../../chat/problems.ts'
import { ProblemType } from './problem-details.ts'
import { errorResponses, jsonResponse } from './responses.ts'

export const ProblemExplanation = Type.Object(
  {
    type: ProblemType,
    title: Type.String({ description: 'What the code means, in a few words' }),
    status: Type.Integer({ format: 'int32', description: 'The HTTP status that it comes with' }),
    explanation: Type.String({ description: 'What the code means and what to do about it' }),
  },
  { $id: 'ProblemExplanation', description: 'What a problem code means' },
)

export const explainProblem = {
  operationId: 'explainProblem',
  tags: ['Server'],
  summary: 'Get the explanation of a problem code',
  description: 'What the code in the `type` of a problem means, and what to do about it.',
  security: [],
  params: Type.Object({
    code: Type.String({
      description: 'The last part of a problem’s `type`',
      examples: ['username-taken'],
    }),
  }),
  response: {
    200: jsonResponse('The explanation.', ProblemExplanation, {
      type: '/problems/username-taken',
      title: problems['username-taken'].title,
      status: problems['username-taken'].status,
      explanation: problems['username-taken'].explanation,
    }),
    ...errorResponses('invalid-request', 'not-found'),
  },
}
