import { Type } from 'typebox'
import { roomRoles } from '../../store/room.ts'
import { bodyTypes, Count, strict, Time } from './common.ts'
import { idempotencyKey, replayedHeader } from './idempotency.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { scope } from './scope.ts'

/** How many rooms a page has at most without `limit`. */
export const defaultRoomLimit = 50

export const Role = Type.Enum([...roomRoles], {
  type: 'string',
  description: 'What someone may do in the room',
})

const Access = (description: string) =>
  Type.Enum(['open', 'private'], { type: 'string', description })
const History = (description: string) =>
  Type.Enum(['all', 'since-joined'], { type: 'string', description })

const name = Type.String({ description: 'As typed when it was made; it never changes' })

const state = {
  title: Type.String({ description: 'What people see' }),
  topic: Type.String({ description: 'What it is about; may be empty' }),
  access: Access('`open`: everyone may read it and join. `private`: only members know of it'),
  history: History(
    'What members may read: `all`, or `since-joined`, what was said while they were members',
  ),
  archived: Type.Boolean({ description: 'True: nobody can write to it' }),
  createdAt: Time,
  memberCount: Count('How many members it has'),
}

const own = {
  role: Type.Optional(Role),
  joinedAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'Since when the caller is a member' }),
  ),
}

export const Room = Type.Object(
  { name, ...state, ...own },
  { $id: 'Room', description: 'A room; `role` and `joinedAt` only where the caller is a member' },
)

/** One flat object, because not every generator of clients supports unions. */
export const MadeRoom = Type.Object(
  { name, ...Type.Partial(Type.Object(state)).properties, ...own },
  {
    $id: 'MadeRoom',
    description: 'A room; its `name` alone where the caller may not read it any more',
  },
)

export const RoomPage = Type.Object(
  {
    rooms: Type.Array(Room, { description: 'Sorted by name' }),
    more: Type.Boolean({ description: 'Whether more rooms come after the last of these' }),
  },
  { $id: 'RoomPage', description: 'A page of the rooms' },
)

const exampleRoom = {
  name: 'tea',
  title: 'The tea room',
  topic: 'Leaves and kettles',
  access: 'open',
  history: 'all',
  archived: false,
  createdAt: '2026-11-02T09:33:00.000Z',
  memberCount: 1,
  role: 'owner',
  joinedAt: '2026-11-02T09:33:00.000Z',
}

/** Not `NewRoom`: so generated clients in Go name the function that makes a `Room`. */
export const RoomCreation = Type.Object(
  {
    name: Type.String({ 'x-documented': 'newRoomName' }),
    title: Type.Optional(Type.String({ 'x-documented': 'roomTitle' })),
    topic: Type.Optional(Type.String({ 'x-documented': 'roomTopic' })),
    access: Type.Optional(
      Access(
        '`open`, as without this field: everyone may read it and join. `private`: only members know of it',
      ),
    ),
    history: Type.Optional(
      History(
        'What members may read: `all`, as without this field; or, only in a private room, `since-joined`, what was said while they were members. It never changes',
      ),
    ),
  },
  {
    $id: 'RoomCreation',
    description: 'A room to be made',
    ...strict,
    examples: [{ name: exampleRoom.name, title: exampleRoom.title, topic: exampleRoom.topic }],
  },
)

export const RoomChanges = Type.Object(
  {
    title: Type.Optional(Type.String({ 'x-documented': 'roomTitle' })),
    topic: Type.Optional(Type.String({ 'x-documented': 'roomTopic' })),
    archived: Type.Optional(Type.Boolean({ description: 'True: nobody can write to it' })),
    access: Type.Optional(Access('Only from `open` to `private`')),
  },
  {
    $id: 'RoomChanges',
    description: 'What is to change of a room; a field that is left out stays',
    ...strict,
    examples: [{ topic: 'Leaves, kettles and cups' }],
  },
)

/** The parameter of the path. Any string: a name that no room can have is that of no room. */
export const roomParam = Type.String({
  'x-documented': 'string',
  description: 'The name of a room, in any upper and lower case',
  examples: [exampleRoom.name],
})

export const onRoom = {
  tags: ['Rooms'],
  querystring: Type.Object({}, strict),
  params: Type.Object({ room: roomParam }),
} as const

/** The further errors of a call that reads a room. */
export const roomReadErrors = [
  ...tokenErrors,
  'invalid-request',
  'unknown-room',
  'too-many-requests',
] as const

/** The further errors of a call that writes to a room. */
export const roomWriteErrors = [
  ...roomReadErrors,
  'forbidden',
  'not-a-member',
  'outcome-unknown',
] as const

export const pageLimit = (maximum: number, fallback: number, what: string) =>
  Type.Optional(
    Type.Integer({
      format: 'int32',
      minimum: 1,
      maximum,
      default: fallback,
      description: `How many ${what} the page holds at most`,
    }),
  )

export const createRoom = {
  ...onRoom,
  operationId: 'createRoom',
  ...scope('write'),
  summary: 'Make a room',
  description:
    'The caller is its owner and first member. Names are as those of users, in a namespace of their own. With an Idempotency-Key, a repetition is answered with the room as it is now.',
  consumes: bodyTypes,
  headers: idempotencyKey('room'),
  params: Type.Object({}),
  body: RoomCreation,
  response: {
    201: jsonResponse('Made.', MadeRoom, exampleRoom, {
      Location: { type: 'string', description: 'The address of the room' },
      'Idempotent-Replayed': replayedHeader('made'),
    }),
    ...errorResponses(
      ...bodyErrors,
      ...tokenErrors,
      'forbidden',
      'room-name-taken',
      'too-many-rooms',
      'idempotency-key-reused',
      'too-many-requests',
      'outcome-unknown',
    ),
  },
}

export const listRooms = {
  ...onRoom,
  operationId: 'listRooms',
  ...scope('read'),
  summary: 'List rooms',
  description:
    'The open rooms and the caller’s own, sorted by name. The next page begins `after` the last name of this one.',
  params: Type.Object({}),
  querystring: Type.Object(
    {
      joined: Type.Optional(
        Type.Boolean({
          description: '`true`: only rooms that the caller is a member of',
        }),
      ),
      q: Type.Optional(
        Type.String({
          maxLength: 160,
          'x-documented': 'string',
          'x-rule': 'must be the beginning of a name or a title',
          description: 'The beginning of the name or of the title, whatever its case',
        }),
      ),
      limit: pageLimit(200, defaultRoomLimit, 'rooms'),
      after: Type.Optional(
        Type.String({
          maxLength: 64,
          'x-documented': 'string',
          'x-rule': 'must be the name of a room',
          description: 'The name of a room: only rooms whose names come after it',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the rooms.', RoomPage, { rooms: [exampleRoom], more: false }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

export const getRoom = {
  ...onRoom,
  operationId: 'getRoom',
  ...scope('read'),
  summary: 'Get a room',
  description: 'The answer is also 404 where it is private and the caller is not a member.',
  response: {
    200: jsonResponse('The room.', Room, exampleRoom),
    ...errorResponses(...roomReadErrors),
  },
}

export const updateRoom = {
  ...onRoom,
  operationId: 'updateRoom',
  ...scope('write'),
  summary: 'Change a room',
  description:
    'Its moderators may change `title` and `topic`, its owners also `archived` and `access`. What is as it was already changes nothing.',
  consumes: bodyTypes,
  body: RoomChanges,
  response: {
    200: jsonResponse('The room as it is now.', Room, {
      ...exampleRoom,
      topic: 'Leaves, kettles and cups',
    }),
    ...errorResponses(...bodyErrors, ...roomWriteErrors, 'cannot-open'),
  },
}

export const deleteRoom = {
  ...onRoom,
  operationId: 'deleteRoom',
  ...scope('write'),
  summary: 'Delete a room',
  description:
    'For its owners. At once nobody can read it any more, and its name is free for another room.',
  response: {
    204: emptyResponse('Deleted.'),
    ...errorResponses(...roomWriteErrors),
  },
}
