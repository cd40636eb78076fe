import { Type } from 'typebox'
import { roles } from '../../store/person.ts'
import { bodyTypes, Id, strict, Time } from './common.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { scope } from './scope.ts'

export const User = Type.Object(
  {
    id: Id('The number of the account'),
    username: Type.String({ description: 'As typed at registration' }),
    createdAt: Time,
    role: Type.Enum([...roles], { description: 'What the account may do on the whole server' }),
    displayName: Type.Optional(
      Type.String({ description: 'The name to show beside the username, where there is one' }),
    ),
    bot: Type.Optional(Type.Literal(true, { description: 'A program’s account' })),
    closed: Type.Optional(Type.Literal(true, { description: 'Nobody can log in to it any more' })),
  },
  { $id: 'User', description: 'An account' },
)

export const OpenedSession = Type.Object(
  {
    user: User,
    token: Type.String({ description: 'Send it as `Authorization: Bearer <token>`' }),
    tokenType: Type.Literal('Bearer', { description: 'How the token is sent (RFC 6750)' }),
    expiresAt: Time,
  },
  {
    $id: 'OpenedSession',
    description: 'A new session and its token, which is valid until the session ends',
  },
)

export const SessionTimes = Type.Object(
  { createdAt: Time, expiresAt: Time },
  { $id: 'SessionTimes', description: 'When a session began, and when it ends' },
)

export const OwnSession = Type.Object(
  { user: User, session: SessionTimes },
  { $id: 'OwnSession', description: 'The current user and session' },
)

export const exampleUser = {
  id: 1,
  username: 'dewi',
  createdAt: '2026-11-02T09:30:00.000Z',
  role: 'member',
}

export const opened = {
  user: exampleUser,
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
  tokenType: 'Bearer',
  expiresAt: '2026-11-09T09:30:00.000Z',
}

/** Not a user of the README, so that the example works on a server that has run the README. */
const credentials = { username: 'dewi', password: 'paper-boats' }

export const NewAccount = Type.Object(
  {
    username: Type.String({ 'x-documented': 'newUsername' }),
    password: Type.String({ format: 'password', 'x-documented': 'newPassword' }),
  },
  {
    $id: 'NewAccount',
    description: 'The username and password of a new account',
    ...strict,
    examples: [credentials],
  },
)

export const Credentials = Type.Object(
  {
    username: Type.String({
      'x-documented': 'string',
      description: 'The username, in any upper and lower case',
    }),
    password: Type.String({
      format: 'password',
      'x-documented': 'string',
      description: 'The password of the account',
    }),
  },
  {
    $id: 'Credentials',
    description: 'The username and password of an account',
    ...strict,
    examples: [credentials],
  },
)

export const register = {
  operationId: 'register',
  ...scope('none'),
  tags: ['Accounts'],
  summary: 'Register an account',
  description:
    'Creates the account and opens its first session. Send the token of the answer in the `Authorization` header of the other calls.',
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: NewAccount,
  response: {
    201: jsonResponse('Registered and logged in.', OpenedSession, opened),
    ...errorResponses(
      ...bodyErrors,
      'registration-closed',
      'username-taken',
      'too-many-requests',
      'unavailable',
      'outcome-unknown',
    ),
  },
}

export const login = {
  operationId: 'login',
  ...scope('none'),
  tags: ['Accounts'],
  summary: 'Log in',
  description:
    'Opens another session. Where registration is closed, `wrong-credentials` stands for both `unknown-user` and `wrong-password`.',
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: Credentials,
  response: {
    200: jsonResponse('Logged in.', OpenedSession, opened),
    ...errorResponses(
      ...bodyErrors,
      'unknown-user',
      'wrong-password',
      'wrong-credentials',
      'banned',
      'too-many-requests',
      'unavailable',
      'outcome-unknown',
    ),
  },
}

export const logout = {
  operationId: 'logout',
  ...scope('session'),
  tags: ['Accounts'],
  summary: 'Log out',
  description: 'Ends this session: its streams close, and its token is no longer valid.',
  querystring: Type.Object({}, strict),
  response: {
    204: emptyResponse('Logged out. The token is no longer valid.'),
    ...errorResponses(...tokenErrors, 'invalid-request', 'outcome-unknown'),
  },
}

export const renew = {
  operationId: 'renewSession',
  ...scope('session'),
  tags: ['Accounts'],
  summary: 'Renew the session',
  description:
    'Lets the session live on, and returns a new token. Earlier tokens stay valid until their own end, and open streams go on. From its login a session lives `SESSION_MAX_DAYS` at most: then `expiresAt` stays what it was.',
  querystring: Type.Object({}, strict),
  response: {
    200: jsonResponse('Renewed.', OpenedSession, opened),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests', 'outcome-unknown'),
  },
}

export const getMe = {
  operationId: 'getMe',
  ...scope('read'),
  tags: ['Accounts'],
  summary: 'Get the current user and session',
  description: 'The user of the token, and when its session ends.',
  querystring: Type.Object({}, strict),
  response: {
    200: jsonResponse('The current user and session.', OwnSession, {
      user: exampleUser,
      session: { createdAt: '2026-11-02T09:30:00.000Z', expiresAt: '2026-11-09T09:30:00.000Z' },
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}
