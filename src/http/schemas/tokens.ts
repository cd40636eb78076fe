import { Type } from 'typebox'
import { defaultTokenDays, maxTokenDays } from '../../chat/tokens.ts'
import { tokenScopes } from '../../store/token-store.ts'
import { bodyTypes, Id, maxId, strict, Time } from './common.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { scope } from './scope.ts'

const scopeList = tokenScopes.map((each) => `\`${each}\``).join(', ')

const Scopes = (options: { description: string; 'x-rule'?: string }) =>
  Type.Array(Type.Enum([...tokenScopes]), {
    minItems: 1,
    maxItems: tokenScopes.length,
    ...options,
  })

const fields = {
  id: Id('The number of the token'),
  name: Type.String({ description: 'What it is for, as its maker wrote it' }),
  scopes: Scopes({ description: 'What the token may do' }),
  createdAt: Time,
  expiresAt: Time,
}

export const ProgramToken = Type.Object(
  {
    ...fields,
    lastUsedAt: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'When it was last used, to the hour, RFC 3339 in UTC; not of an unused one',
      }),
    ),
  },
  { $id: 'ProgramToken', description: 'A token for a program, without its secret' },
)

export const MadeProgramToken = Type.Object(
  {
    ...fields,
    token: Type.String({
      description:
        'Send it as `Authorization: Bearer <token>`. It is told this once: the server keeps a hash alone.',
    }),
  },
  { $id: 'MadeProgramToken', description: 'A token for a program that was just made' },
)

export const ProgramTokens = Type.Object(
  { tokens: Type.Array(ProgramToken, { description: 'The newest first' }) },
  { $id: 'ProgramTokens', description: 'The tokens of an account' },
)

export const ProgramTokenRequest = Type.Object(
  {
    name: Type.String({ 'x-documented': 'tokenName' }),
    scopes: Scopes({
      description: `What the token may do: one or more of ${scopeList}; in a form a JSON array as text`,
      'x-rule': `must be a JSON array of one or more of ${tokenScopes.join(', ')}`,
    }),
    expiresInDays: Type.Optional(
      Type.Integer({
        format: 'int32',
        minimum: 1,
        maximum: maxTokenDays,
        default: defaultTokenDays,
        description: 'How long it lives',
      }),
    ),
    password: Type.Optional(
      Type.String({
        format: 'password',
        'x-documented': 'string',
        description: 'The password of the account, where the login is older than 10 minutes',
      }),
    ),
  },
  {
    $id: 'ProgramTokenRequest',
    description: 'A token for a program that is to be made',
    ...strict,
    examples: [{ name: 'Tea bot', scopes: ['read', 'write'], expiresInDays: 30 }],
  },
)

const example = {
  id: 1290114,
  name: 'Tea bot',
  scopes: ['read', 'write'],
  createdAt: '2026-11-02T09:30:00.000Z',
  expiresAt: '2026-12-02T09:30:00.000Z',
}

const onTokens = { tags: ['Tokens'], querystring: Type.Object({}, strict) } as const

export const createToken = {
  ...onTokens,
  operationId: 'createToken',
  ...scope('session'),
  summary: 'Make a token for a program',
  description:
    'The program sends it in place of a session’s token, but not in an address. It may do what its scopes and the role of the account allow. The session’s login must be at most 10 minutes old, or the password is in the body. An account has 50 tokens at most.',
  consumes: bodyTypes,
  body: ProgramTokenRequest,
  response: {
    201: jsonResponse('Made. The secret is told this once.', MadeProgramToken, {
      ...example,
      token: 'obrol_00000000000000000000000000000000000003jnQlY',
    }),
    ...errorResponses(
      ...bodyErrors,
      ...tokenErrors,
      'fresh-login-required',
      'wrong-password',
      'too-many-tokens',
      'too-many-requests',
      'outcome-unknown',
    ),
  },
}

export const listTokens = {
  ...onTokens,
  operationId: 'listTokens',
  ...scope('session'),
  summary: 'List tokens for programs',
  description: 'Those of the caller’s account that are alive, without their secrets.',
  response: {
    200: jsonResponse('The tokens.', ProgramTokens, {
      tokens: [{ ...example, lastUsedAt: '2026-11-02T11:00:00.000Z' }],
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

export const endToken = {
  ...onTokens,
  operationId: 'endToken',
  ...scope('session'),
  summary: 'End a token for a program',
  description: 'It is no longer valid, and its streams close.',
  params: Type.Object({
    id: Type.Integer({
      format: 'int64',
      minimum: 1,
      maximum: maxId,
      description: 'The number of the token',
      examples: [example.id],
    }),
  }),
  response: {
    204: emptyResponse('Ended.'),
    ...errorResponses(
      ...tokenErrors,
      'invalid-request',
      'not-found',
      'too-many-requests',
      'outcome-unknown',
    ),
  },
}
