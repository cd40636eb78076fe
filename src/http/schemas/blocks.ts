import { Type } from 'typebox'
import { exampleUser, User } from './accounts.ts'
import { strict } from './common.ts'
import { emptyResponse, errorResponses, jsonResponse, tokenErrors } from './responses.ts'
import { pageLimit } from './rooms.ts'
import { scope } from './scope.ts'
import { defaultUserLimit } from './users.ts'

export const UserPage = Type.Object(
  {
    users: Type.Array(User, { description: 'Sorted by name' }),
    more: Type.Boolean({ description: 'Whether more users come after the last of these' }),
  },
  { $id: 'UserPage', description: 'A page of users' },
)

const common = { tags: ['Accounts'] }

export const listBlocks = {
  ...common,
  operationId: 'listBlocks',
  ...scope('read'),
  summary: 'List blocked users',
  description: 'Whom the caller has blocked, sorted by name.',
  querystring: Type.Object(
    {
      limit: pageLimit(1000, defaultUserLimit, 'users'),
      after: Type.Optional(
        Type.String({
          maxLength: 64,
          'x-documented': 'string',
          'x-rule': 'must be a username',
          description: 'A username: only users whose names come after it',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the blocked users.', UserPage, {
      users: [{ ...exampleUser, id: 2, username: 'bob' }],
      more: false,
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

const onUser = {
  ...common,
  querystring: Type.Object({}, strict),
  params: Type.Object({
    username: Type.String({
      'x-documented': 'string',
      description: 'A username, in any upper and lower case',
      examples: ['bob'],
    }),
  }),
}

const writeErrors = [
  ...tokenErrors,
  'invalid-request',
  'unknown-person',
  'too-many-requests',
  'outcome-unknown',
] as const

export const blockUser = {
  ...onUser,
  operationId: 'blockUser',
  ...scope('write'),
  summary: 'Block a user',
  description:
    'Who is blocked can no longer post, edit, react or type in the direct conversation with the caller, nor add the caller to a room: that is `not-accepted`. What they said stays.',
  response: {
    204: emptyResponse('The user is blocked.'),
    ...errorResponses(...writeErrors),
  },
}

export const unblockUser = {
  ...onUser,
  operationId: 'unblockUser',
  ...scope('write'),
  summary: 'Unblock a user',
  description: 'Takes a block away.',
  response: {
    204: emptyResponse('The user is not blocked.'),
    ...errorResponses(...writeErrors),
  },
}
