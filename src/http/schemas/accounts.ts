import { Type } from 'typebox'
import { answer, empty, needsToken, refusals, takesBody } from './answers.ts'
import { bodyTypes, strict, Time } from './common.ts'

export const User = Type.Object(
  {
    id: Type.Integer(),
    username: Type.String({ description: 'As typed at registration' }),
    createdAt: Time,
  },
  { $id: 'User', description: 'An account' },
)

export const OpenedSession = Type.Object(
  {
    user: User,
    token: Type.String({ description: 'Send it as `Authorization: Bearer <token>`' }),
    tokenType: Type.Literal('Bearer'),
    expiresAt: Time,
  },
  {
    $id: 'OpenedSession',
    description: 'A session has begun; the token speaks for it until it ends',
  },
)

export const OwnSession = Type.Object(
  { user: User, session: Type.Object({ createdAt: Time, expiresAt: Time }) },
  { $id: 'OwnSession', description: 'Who one is, and how long the token is good' },
)

const ann = { id: 1, username: 'ann', createdAt: '2026-11-02T09:30:00.000Z' }

const opened = {
  user: ann,
  token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
  tokenType: 'Bearer',
  expiresAt: '2026-11-09T09:30:00.000Z',
}

const Credentials = Type.Object(
  {
    username: Type.String({
      description:
        '2 to 32 letters, marks after a letter, decimal digits, `.`, `_` or `-`, beginning with a letter or digit, of one script (or Latin with Japanese, Chinese or Korean). Case, width and ligatures make no other name; one that looks like another’s cannot be registered.',
    }),
    password: Type.String({ format: 'password', description: '8 to 256 characters, any' }),
  },
  { ...strict, examples: [{ username: 'ann', password: 'correct horse battery' }] },
)

export const register = {
  operationId: 'register',
  tags: ['Accounts'],
  summary: 'Register, and be logged in at once',
  security: [],
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: Credentials,
  response: {
    201: answer('Registered and logged in.', OpenedSession, opened),
    ...refusals(
      ...takesBody,
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
  tags: ['Accounts'],
  summary: 'Log in',
  description:
    'Where registration is closed, `wrong-credentials` stands for both `unknown-user` and `wrong-password`.',
  security: [],
  consumes: bodyTypes,
  querystring: Type.Object({}, strict),
  body: Credentials,
  response: {
    200: answer('Logged in.', OpenedSession, opened),
    ...refusals(
      ...takesBody,
      'unknown-user',
      'wrong-password',
      'wrong-credentials',
      'too-many-requests',
      'unavailable',
      'outcome-unknown',
    ),
  },
}

export const logout = {
  operationId: 'logout',
  tags: ['Accounts'],
  summary: 'Log out: this session ends, and its streams close',
  security: [{ session: [] }],
  querystring: Type.Object({}, strict),
  response: {
    204: empty('Logged out. The token is dead.'),
    ...refusals(...needsToken, 'invalid-request', 'outcome-unknown'),
  },
}

export const me = {
  operationId: 'me',
  tags: ['Accounts'],
  summary: 'Who one is, and how long the token is good',
  security: [{ session: [] }],
  querystring: Type.Object({}, strict),
  response: {
    200: answer('The caller.', OwnSession, {
      user: ann,
      session: { createdAt: '2026-11-02T09:30:00.000Z', expiresAt: '2026-11-09T09:30:00.000Z' },
    }),
    ...refusals(...needsToken, 'invalid-request', 'too-many-requests'),
  },
}
