import { Type } from 'typebox'
import { Id, strict, Time } from './common.ts'
import { emptyResponse, errorResponses, jsonResponse, tokenErrors } from './responses.ts'
import { scope } from './scope.ts'

/** Ids are random (src/store/new-session.ts). */
const maxSessionId = 2 ** 31 - 1

export const SessionInfo = Type.Object(
  {
    id: Id('The number of the session'),
    createdAt: Time,
    lastSeenAt: Type.String({
      format: 'date-time',
      description: 'When it was used last, some minutes exactly; an open stream is use',
    }),
    expiresAt: Time,
    address: Type.Optional(
      Type.String({ description: 'The IP address that it was opened from, where it is known' }),
    ),
    userAgent: Type.Optional(
      Type.String({
        description: 'The `User-Agent` that it was opened with, up to 256 characters',
      }),
    ),
    current: Type.Boolean({ description: 'Whether this is the session of the call' }),
  },
  { $id: 'SessionInfo', description: 'One login of the caller' },
)

export const SessionList = Type.Object(
  {
    sessions: Type.Array(SessionInfo, {
      description: 'Those that have not ended, the one that was used last first; at most 100',
    }),
  },
  { $id: 'SessionList', description: 'The sessions of the caller' },
)

const example = {
  id: 1_804_289_383,
  createdAt: '2026-11-02T09:30:00.000Z',
  lastSeenAt: '2026-11-02T17:05:12.000Z',
  expiresAt: '2026-11-09T09:30:00.000Z',
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  current: true,
}

const common = {
  tags: ['Accounts'],
  querystring: Type.Object({}, strict),
}

const endErrors = [
  ...tokenErrors,
  'invalid-request',
  'too-many-requests',
  'outcome-unknown',
] as const

export const listSessions = {
  ...common,
  operationId: 'listSessions',
  ...scope('session'),
  summary: 'List the sessions of the caller',
  description: 'Every login of the account that has not ended, with where it was opened from.',
  response: {
    200: jsonResponse('The sessions.', SessionList, { sessions: [example] }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

export const endSession = {
  ...common,
  operationId: 'endSession',
  ...scope('session'),
  summary: 'End a session',
  description:
    'Ends one session of the caller, also the one that asks. Its streams get `bye` with `logged-out`, and its tokens are no longer valid.',
  params: Type.Object({
    id: Type.Integer({
      format: 'int64',
      minimum: 1,
      maximum: maxSessionId,
      description: 'The number of the session',
      examples: [example.id],
    }),
  }),
  response: {
    204: emptyResponse('The session has ended.'),
    ...errorResponses(...endErrors, 'not-found'),
  },
}

export const endOtherSessions = {
  ...common,
  operationId: 'endOtherSessions',
  ...scope('session'),
  summary: 'End all other sessions',
  description:
    'Ends every session of the caller but the one that asks. Their streams get `bye` with `logged-out`.',
  response: {
    204: emptyResponse('The other sessions have ended.'),
    ...errorResponses(...endErrors),
  },
}
