import { Type } from 'typebox'
import { answer, refusals } from './answers.ts'

export const Health = Type.Object(
  { status: Type.Literal('ok', { description: 'Always `ok`: what is not is answered 503' }) },
  { $id: 'Health', description: 'The server is well' },
)

export const getHealth = {
  operationId: 'getHealth',
  tags: ['Server'],
  summary: 'Check that the server is alive',
  description: 'For what restarts a server that hangs. It asks nothing of the store.',
  security: [],
  response: { 200: answer('It is alive.', Health, { status: 'ok' }), ...refusals() },
}

export const getReadiness = {
  operationId: 'getReadiness',
  tags: ['Server'],
  summary: 'Check that the server can serve',
  description: 'For load balancers: the store answers, and the server is not shutting down.',
  security: [],
  response: { 200: answer('It can serve.', Health, { status: 'ok' }), ...refusals('unavailable') },
}

export const ApiDocument = Type.Object(
  {},
  { $id: 'ApiDocument', description: 'An OpenAPI document', additionalProperties: true },
)

export const getOpenApi = {
  operationId: 'getOpenApi',
  tags: ['Server'],
  summary: 'Get this API as an OpenAPI 3.1 document',
  description: 'With bodies in JSON alone, for generators of clients.',
  security: [],
  response: {
    200: answer('The document.', ApiDocument, { openapi: '3.1.0' }),
    ...refusals(),
  },
}

export const getOpenApi32 = {
  operationId: 'getOpenApi32',
  tags: ['Server'],
  summary: 'Get this API as an OpenAPI 3.2 document',
  description:
    'The same with the schema of each event of the stream, and with the forms that are taken besides JSON.',
  security: [],
  response: {
    200: answer('The document.', ApiDocument, { openapi: '3.2.0' }),
    ...refusals(),
  },
}
