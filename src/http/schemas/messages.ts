import { Type } from 'typebox'
import { bodyTypes, maxId, strict } from './common.ts'
import { idempotencyKey, replayedHeader } from './idempotency.ts'
import { broadcastExample, Message, MessagePage, newMessageFields } from './message.ts'
import { bodyErrors, errorResponses, jsonResponse, tokenErrors } from './responses.ts'
import { onRoom, roomReadErrors } from './rooms.ts'
import { scope } from './scope.ts'

/** How many messages a page has at most without `limit`. */
export const defaultMessageLimit = 50

const directExample = {
  id: 2,
  kind: 'direct',
  from: 'dewi',
  to: 'dewi',
  text: 'Water the plants',
  sentAt: '2026-11-02T09:32:00.000Z',
}

const roomExample = {
  id: 4,
  kind: 'room',
  room: 'tea',
  from: 'dewi',
  text: 'The kettle is on',
  sentAt: '2026-11-02T09:34:00.000Z',
}

const text = Type.String({ 'x-documented': 'text' })

export const NewBroadcast = Type.Object(
  { text, ...newMessageFields },
  {
    $id: 'NewBroadcast',
    description: 'A message to everyone',
    ...strict,
    examples: [{ text: broadcastExample.text }],
  },
)

export const NewDirect = Type.Object(
  {
    to: Type.String({
      'x-documented': 'string',
      description: 'The username of the recipient, which may be your own',
    }),
    text,
    whenOffline: Type.Optional(
      Type.Enum(['reject', 'keep'], {
        type: 'string',
        description:
          'Where the recipient is not online: `reject` (as without this field) refuses the message, `keep` stores it for their next stream',
      }),
    ),
    ...newMessageFields,
  },
  {
    $id: 'NewDirect',
    description: 'A message to one user',
    ...strict,
    // To oneself, because nobody else is certain to be registered.
    examples: [{ to: directExample.to, text: directExample.text, whenOffline: 'keep' }],
  },
)

export const NewRoomMessage = Type.Object(
  { text, ...newMessageFields },
  {
    $id: 'NewRoomMessage',
    description: 'A message to the members of a room',
    ...strict,
    examples: [{ text: roomExample.text }],
  },
)

const postedHeaders = {
  Location: { type: 'string', description: 'The address of the message' },
  'Idempotent-Replayed': replayedHeader('posted'),
} as const

const postErrors = [
  ...bodyErrors,
  ...tokenErrors,
  'idempotency-key-reused',
  'too-many-requests',
  'outcome-unknown',
] as const

export const sendBroadcast = {
  operationId: 'sendBroadcast',
  ...scope('write'),
  tags: ['Messages'],
  summary: 'Send a broadcast message',
  description:
    'To everyone. Once the answer is 201, the message is stored and reaches every stream.',
  consumes: bodyTypes,
  headers: idempotencyKey('message'),
  querystring: Type.Object({}, strict),
  body: NewBroadcast,
  response: {
    201: jsonResponse('Sent and stored.', Message, broadcastExample, postedHeaders),
    ...errorResponses(...postErrors, 'forbidden'),
  },
}

export const sendDirect = {
  operationId: 'sendDirect',
  ...scope('write'),
  tags: ['Messages'],
  summary: 'Send a direct message',
  description:
    'To one user. It arrives on the streams of the recipient and on those of the sender, and nobody else can see it.',
  consumes: bodyTypes,
  headers: idempotencyKey('message'),
  querystring: Type.Object({}, strict),
  body: NewDirect,
  response: {
    201: jsonResponse('Sent and stored.', Message, directExample, postedHeaders),
    ...errorResponses(...postErrors, 'unknown-recipient', 'not-accepted', 'recipient-offline'),
  },
}

export const sendToRoom = {
  ...onRoom,
  operationId: 'sendToRoom',
  ...scope('write'),
  summary: 'Send a message to a room',
  description:
    'To its members, of whom the caller must be one. It arrives on their streams, and is in the history of all who may read the room.',
  consumes: bodyTypes,
  headers: idempotencyKey('message'),
  body: NewRoomMessage,
  response: {
    201: jsonResponse('Sent and stored.', Message, roomExample, postedHeaders),
    ...errorResponses(...postErrors, 'unknown-room', 'forbidden', 'not-a-member', 'room-archived'),
  },
}

/** The bound of a page. Its error mentions cursors, which are easily mistaken for ids. */
const messageId = (minimum: number, description: string) =>
  Type.Optional(
    Type.Integer({
      format: 'int64',
      minimum,
      maximum: maxId,
      'x-rule': `must be a whole number from ${minimum} to ${maxId}, the id of a message; a cursor is for the stream`,
      description,
    }),
  )

const range = {
  after: messageId(0, 'A message’s id: the oldest messages after it. Not together with `before`'),
  before: messageId(1, 'A message’s id: the newest messages before it. Not together with `after`'),
  limit: Type.Optional(
    Type.Integer({
      format: 'int32',
      minimum: 1,
      maximum: 200,
      default: defaultMessageLimit,
      description: 'How many messages the page holds at most',
    }),
  ),
}

export const listMessages = {
  operationId: 'listMessages',
  ...scope('read'),
  tags: ['Messages'],
  summary: 'List messages',
  description:
    'Only messages that the caller may see, by id, ascending, with their reactions; of a deleted one its place, with `deletedAt`. With neither `after` nor `before`: the newest. Both together are refused.',
  querystring: Type.Object(
    {
      ...range,
      with: Type.Optional(
        Type.String({
          'x-documented': 'string',
          description: 'A username: only the direct messages between that user and the caller',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the history.', MessagePage, {
      messages: [broadcastExample],
      more: false,
      cursor: '1-mh4k2c9z',
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'unknown-recipient', 'too-many-requests'),
  },
}

export const listRoomMessages = {
  ...onRoom,
  operationId: 'listRoomMessages',
  ...scope('read'),
  summary: 'List the messages of a room',
  description:
    'What was said in the room, by id, ascending; in one with the history `since-joined`, what was said while the caller was a member. With neither `after` nor `before`: the newest. Both together are refused.',
  querystring: Type.Object(range, strict),
  response: {
    200: jsonResponse('A page of the history.', MessagePage, {
      messages: [roomExample],
      more: false,
      cursor: '4-mh4k2c9z',
    }),
    ...errorResponses(...roomReadErrors),
  },
}

export const getMessage = {
  operationId: 'getMessage',
  ...scope('read'),
  tags: ['Messages'],
  summary: 'Get a message',
  description:
    'With its reactions. The answer is also 404 where the caller may not see the message, and 410 where it was deleted.',
  querystring: Type.Object({}, strict),
  params: Type.Object({
    id: Type.Integer({
      format: 'int64',
      minimum: 1,
      maximum: maxId,
      description: 'A message’s id',
      examples: [broadcastExample.id],
    }),
  }),
  response: {
    200: jsonResponse('The message.', Message, broadcastExample),
    ...errorResponses(
      ...tokenErrors,
      'invalid-request',
      'not-found',
      'message-deleted',
      'too-many-requests',
    ),
  },
}
