import { Type } from 'typebox'
import { exampleUser, User } from './accounts.ts'
import { Count, strict, Time } from './common.ts'
import { errorResponses, jsonResponse, tokenErrors } from './responses.ts'
import { scope } from './scope.ts'

/** How many users a page has at most without `limit`. */
export const defaultUserLimit = 100

export const OnlineUser = Type.Object(
  {
    username: Type.String({ description: 'As typed at registration' }),
    onlineSince: Time,
  },
  { $id: 'OnlineUser', description: 'A user who is online' },
)

export const OnlineUsers = Type.Object(
  {
    users: Type.Array(OnlineUser, { description: 'Sorted by name' }),
    count: Count('How many users are online in all'),
    more: Type.Boolean({ description: 'Whether more users come after the last of these' }),
  },
  { $id: 'OnlineUsers', description: 'A page of the users who are online' },
)

export const listOnlineUsers = {
  operationId: 'listOnlineUsers',
  ...scope('read'),
  tags: ['People'],
  summary: 'List online users',
  description:
    'The users who have an open stream, or had one until a moment ago, sorted by name. The next page begins `after` the last name of this one.',
  querystring: Type.Object(
    {
      limit: Type.Optional(
        Type.Integer({
          format: 'int32',
          minimum: 1,
          maximum: 1000,
          default: defaultUserLimit,
          description: 'How many users the page holds at most',
        }),
      ),
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
    200: jsonResponse('A page of the online users.', OnlineUsers, {
      users: [{ username: 'dewi', onlineSince: '2026-11-02T09:30:00.000Z' }],
      count: 1,
      more: false,
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

export const UserList = Type.Object(
  { users: Type.Array(User, { description: 'The best first, or sorted by name' }) },
  { $id: 'UserList', description: 'Users that were found' },
)

export const listUsers = {
  operationId: 'listUsers',
  ...scope('read'),
  tags: ['People'],
  summary: 'Find users',
  description:
    'The best 20 whose username or display name begins with `q`, or those of `usernames` that there are. Where `DIRECTORY` is `exact`, `q` is a whole username; where it is `staff`, others get `forbidden`.',
  querystring: Type.Object(
    {
      q: Type.Optional(
        Type.String({
          'x-documented': 'string',
          description: 'The beginning of a username or display name, in any upper and lower case',
        }),
      ),
      usernames: Type.Optional(
        Type.String({
          'x-documented': 'string',
          description: 'Up to 100 usernames, separated by commas, in place of `q`',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('The users.', UserList, { users: [exampleUser] }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'forbidden', 'too-many-requests'),
  },
}

export const getUser = {
  operationId: 'getUser',
  ...scope('read'),
  tags: ['People'],
  summary: 'Get a user',
  description: 'One user by their username, in any upper and lower case.',
  querystring: Type.Object({}, strict),
  params: Type.Object({
    username: Type.String({
      'x-documented': 'string',
      description: 'A username, in any upper and lower case',
      examples: [exampleUser.username],
    }),
  }),
  response: {
    200: jsonResponse('The user.', User, exampleUser),
    ...errorResponses(...tokenErrors, 'invalid-request', 'unknown-person', 'too-many-requests'),
  },
}
