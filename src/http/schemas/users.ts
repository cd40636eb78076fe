import { Type } from 'typebox'
import { answer, needsToken, refusals } from './answers.ts'
import { strict, Time } from './common.ts'

/** How many people a page holds unless told otherwise. */
export const defaultPeople = 100

export const OnlineUsers = Type.Object(
  {
    users: Type.Array(Type.Object({ username: Type.String(), onlineSince: Time }), {
      description: 'By name',
    }),
    count: Type.Integer({ description: 'How many people are online in all' }),
    more: Type.Boolean({ description: 'Whether more come after the last of these' }),
  },
  { $id: 'OnlineUsers', description: 'Who is online' },
)

export const listOnline = {
  operationId: 'listOnline',
  tags: ['People'],
  summary: 'See who is online',
  security: [{ session: [] }],
  querystring: Type.Object(
    {
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: defaultPeople })),
      after: Type.Optional(
        Type.String({
          maxLength: 64,
          'x-rule': 'must be a username',
          description: 'A username: only people whose names come after it',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: answer('A page of who is online.', OnlineUsers, {
      users: [{ username: 'ann', onlineSince: '2026-11-02T09:30:00.000Z' }],
      count: 1,
      more: false,
    }),
    ...refusals(...needsToken, 'invalid-request', 'too-many-requests'),
  },
}
