import { Type } from 'typebox'
import { problems } from '../../chat/problems.ts'
import { ProblemType } from './problem-details.ts'
import { errorResponses, jsonResponse } from './responses.ts'
import { scope } from './scope.ts'

export const ApiDocument = Type.Object(
  {},
  { $id: 'ApiDocument', description: 'An OpenAPI document', additionalProperties: true },
)

export const getOpenApi = {
  operationId: 'getOpenApi',
  ...scope('none'),
  tags: ['Server'],
  summary: 'Get the OpenAPI 3.1 document',
  description: 'With bodies in JSON alone, for generators of clients.',
  response: {
    200: jsonResponse('The document.', ApiDocument, { openapi: '3.1.0' }),
    ...errorResponses(),
  },
}

export const getOpenApi32 = {
  operationId: 'getOpenApi32',
  ...scope('none'),
  tags: ['Server'],
  summary: 'Get the OpenAPI 3.2 document',
  description:
    'Also with the schema of each event of the stream, and with the forms that are accepted besides JSON.',
  response: {
    200: jsonResponse('The document.', ApiDocument, { openapi: '3.2.0' }),
    ...errorResponses(),
  },
}

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
  ...scope('none'),
  tags: ['Server'],
  summary: 'Get the explanation of a problem code',
  description: 'What the code in the `type` of a problem means, and what to do about it.',
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
