import { Type } from 'typebox'
import { answer, refusals } from './answers.ts'

const Status = Type.Object({ status: Type.Literal('ok') })

export const health = {
  operationId: 'health',
  tags: ['Server'],
  summary: 'Whether the server is alive',
  security: [],
  response: { 200: answer('It is.', Status, { status: 'ok' }), ...refusals() },
}

export const readiness = {
  operationId: 'readiness',
  tags: ['Server'],
  summary: 'Whether the server can serve: the store answers, and it is not shutting down',
  security: [],
  response: { 200: answer('It can.', Status, { status: 'ok' }), ...refusals('unavailable') },
}

export const document = {
  operationId: 'document',
  tags: ['Server'],
  summary: 'This API as an OpenAPI document',
  security: [],
  response: {
    200: answer('The document.', Type.Object({ openapi: Type.String() }), { openapi: '3.2.0' }),
    ...refusals(),
  },
}
