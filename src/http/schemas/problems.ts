import { Type } from 'typebox'
import { problems } from '../../chat/problems.ts'
import { answer, refusals } from './answers.ts'

const Explanation = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  explanation: Type.String({ description: 'What the code means and what to do about it' }),
})

export const explainProblem = {
  operationId: 'explainProblem',
  tags: ['Server'],
  summary: 'What a problem code means',
  security: [],
  params: Type.Object({
    code: Type.String({
      description: 'The last part of a problem’s `type`',
      examples: ['username-taken'],
    }),
  }),
  response: {
    200: answer('The explanation.', Explanation, {
      type: '/problems/username-taken',
      title: problems['username-taken'].title,
      status: problems['username-taken'].status,
      explanation: problems['username-taken'].explanation,
    }),
    ...refusals('invalid-request', 'not-found'),
  },
}
