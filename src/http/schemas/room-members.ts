import { Type } from 'typebox'
import { roomRoles } from '../../store/room.ts'
import { bodyTypes, Count, strict, Time } from './common.ts'
import { bodyErrors, emptyResponse, errorResponses, jsonResponse } from './responses.ts'
import { onRoom, pageLimit, Role, roomParam, roomReadErrors, roomWriteErrors } from './rooms.ts'
import { scope } from './scope.ts'

/** How many members, or bans, a page has at most without `limit`. */
export const defaultMemberLimit = 100

export const RoomMember = Type.Object(
  {
    username: Type.String({ description: 'As typed at registration' }),
    role: Role,
    joinedAt: Time,
    online: Type.Boolean({ description: 'Whether the member is online' }),
  },
  { $id: 'RoomMember', description: 'A member of a room' },
)

export const RoomMemberPage = Type.Object(
  {
    members: Type.Array(RoomMember, { description: 'Sorted by name' }),
    count: Count('How many members the room has in all'),
    more: Type.Boolean({ description: 'Whether more members come after the last of these' }),
  },
  { $id: 'RoomMemberPage', description: 'A page of the members of a room' },
)

export const RoomBan = Type.Object(
  {
    username: Type.String({ description: 'Who is banned' }),
    by: Type.String({ description: 'The username of who banned them' }),
    at: Time,
  },
  { $id: 'RoomBan', description: 'Who is kept from joining a room and from writing to it' },
)

export const RoomBanPage = Type.Object(
  {
    bans: Type.Array(RoomBan, { description: 'Sorted by name' }),
    more: Type.Boolean({ description: 'Whether more bans come after the last of these' }),
  },
  { $id: 'RoomBanPage', description: 'A page of the bans of a room' },
)

export const MemberRole = Type.Object(
  {
    role: Type.Optional(
      Type.Enum([...roomRoles], {
        type: 'string',
        description:
          'Only owners may give one but `member`, or change one. Without this field, who is added is a member, and who is one already stays what they are',
      }),
    ),
  },
  {
    $id: 'MemberRole',
    description: 'What the member is to be',
    ...strict,
    examples: [{ role: 'owner' }],
  },
)

const member = {
  username: 'dewi',
  role: 'owner',
  joinedAt: '2026-11-02T09:33:00.000Z',
  online: true,
}

const onPerson = (example: string) => ({
  ...onRoom,
  params: Type.Object({
    room: roomParam,
    username: Type.String({
      'x-documented': 'string',
      description: 'A username, in any upper and lower case',
      examples: [example],
    }),
  }),
})

/** Of the README: nobody removes or bans themselves for a try. */
const someoneElse = onPerson('bob')

const page = (what: string) =>
  Type.Object(
    {
      limit: pageLimit(1000, defaultMemberLimit, what),
      after: Type.Optional(
        Type.String({
          maxLength: 64,
          'x-documented': 'string',
          'x-rule': 'must be a username',
          description: `A username: only ${what} whose names come after it`,
        }),
      ),
    },
    strict,
  )

export const listRoomMembers = {
  ...onRoom,
  operationId: 'listRoomMembers',
  ...scope('read'),
  summary: 'List the members of a room',
  description: 'Sorted by name. The next page begins `after` the last name of this one.',
  querystring: page('members'),
  response: {
    200: jsonResponse('A page of the members.', RoomMemberPage, {
      members: [member],
      count: 1,
      more: false,
    }),
    ...errorResponses(...roomReadErrors),
  },
}

export const putRoomMember = {
  ...onPerson(member.username),
  operationId: 'putRoomMember',
  ...scope('write'),
  summary: 'Join a room, add someone or give a role',
  description:
    'With one’s own username: join an open room. With another one: add them, which members of an open room may, and moderators in a private one, or where they once left. `role` is for owners. What is so already changes nothing. A body is not needed.',
  consumes: bodyTypes,
  body: MemberRole,
  response: {
    200: jsonResponse('The member as they are now.', RoomMember, member),
    ...errorResponses(
      ...bodyErrors,
      ...roomWriteErrors,
      'unknown-person',
      'not-accepted',
      'last-owner',
      'too-many-rooms',
      'room-full',
    ),
  },
}

export const removeRoomMember = {
  ...someoneElse,
  operationId: 'removeRoomMember',
  ...scope('write'),
  summary: 'Leave a room, or remove someone',
  description:
    'With one’s own username: leave. With another one: remove who has a lower role. The answer is also 204 where they are no member. When the last owner leaves, the moderator, else the member, who has been there longest becomes the owner; without members a private room is deleted, and an open one archived.',
  response: {
    204: emptyResponse('They are no member of the room.'),
    ...errorResponses(...roomWriteErrors, 'unknown-person'),
  },
}

export const listRoomBans = {
  ...onRoom,
  operationId: 'listRoomBans',
  ...scope('read'),
  summary: 'List the bans of a room',
  description:
    'For its moderators and owners, sorted by name. The next page begins `after` the last name of this one.',
  querystring: page('bans'),
  response: {
    200: jsonResponse('A page of the bans.', RoomBanPage, {
      bans: [{ username: 'anton', by: 'dewi', at: '2026-11-02T09:34:00.000Z' }],
      more: false,
    }),
    ...errorResponses(...roomReadErrors, 'forbidden'),
  },
}

export const banFromRoom = {
  ...someoneElse,
  operationId: 'banFromRoom',
  ...scope('write'),
  summary: 'Ban someone from a room',
  description:
    'Removes who has a lower role than the caller, a moderator or an owner, and keeps them from joining, from being added and from writing. They may still read an open room.',
  response: {
    204: emptyResponse('They are banned.'),
    ...errorResponses(...roomWriteErrors, 'unknown-person'),
  },
}

export const unbanFromRoom = {
  ...someoneElse,
  operationId: 'unbanFromRoom',
  ...scope('write'),
  summary: 'Lift a ban from a room',
  description:
    'They may join and be added again. The answer is also 204 where they are not banned.',
  response: {
    204: emptyResponse('They are not banned.'),
    ...errorResponses(...roomWriteErrors, 'unknown-person'),
  },
}
