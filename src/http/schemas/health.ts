import { Type } from 'typebox'
import { errorResponses, jsonResponse } from './responses.ts'
import { scope } from './scope.ts'

export const Health = Type.Object(
  { status: Type.Literal('ok', { description: 'Always `ok`; else the answer is 503' }) },
  { $id: 'Health', description: 'The server is healthy' },
)

export const getHealth = {
  operationId: 'getHealth',
  ...scope('none'),
  tags: ['Server'],
  summary: 'Check liveness',
  description: 'For supervisors that restart a server that hangs. It does not ask the store.',
  response: {
    200: jsonResponse('The server is alive.', Health, { status: 'ok' }),
    ...errorResponses(),
  },
}

export const getReadiness = {
  operationId: 'getReadiness',
  ...scope('none'),
  tags: ['Server'],
  summary: 'Check readiness',
  description: 'For load balancers: the store answers, and the server is not shutting down.',
  response: {
    200: jsonResponse('The server is ready.', Health, { status: 'ok' }),
    ...errorResponses('unavailable'),
  },
}
