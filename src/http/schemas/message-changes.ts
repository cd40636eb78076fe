import { Type } from 'typebox'
import type { Metadata } from '../../chat/metadata.ts'
import { bodyTypes, strict } from './common.ts'
import { broadcastExample, Message } from './message.ts'
import { getMessage } from './messages.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { scope } from './scope.ts'

export const MessageEdit = Type.Object(
  {
    text: Type.Optional(Type.String({ 'x-documented': 'text' })),
    metadata: Type.Optional(
      Type.Unsafe<Metadata | null>({
        type: ['object', 'null'],
        additionalProperties: true,
        'x-rule': 'must be a JSON object, or null to take it away',
        'x-documented': 'metadata',
      }),
    ),
  },
  {
    $id: 'MessageEdit',
    description: 'What is to change of a message; a field that is left out stays',
    ...strict,
    examples: [{ text: 'Hello, all of you' }],
  },
)

const onMessage = {
  tags: ['Messages'],
  querystring: Type.Object({}, strict),
  params: getMessage.params,
} as const

const writeErrors = [
  ...tokenErrors,
  'invalid-request',
  'not-found',
  'forbidden',
  'too-many-requests',
  'outcome-unknown',
] as const

const changeErrors = [...writeErrors, 'not-a-member', 'room-archived', 'message-deleted'] as const

export const editMessage = {
  ...onMessage,
  operationId: 'editMessage',
  ...scope('write'),
  summary: 'Edit a message',
  description:
    'Its sender may, for as long as the server allows; in a room only as a member. What changes nothing is no edit.',
  consumes: bodyTypes,
  body: MessageEdit,
  response: {
    200: jsonResponse('The message as it is now, without its reactions.', Message, {
      ...broadcastExample,
      text: 'Hello, all of you',
      editedAt: '2026-11-02T09:40:00.000Z',
    }),
    ...errorResponses(...bodyErrors, ...changeErrors, 'not-accepted', 'too-late'),
  },
}

export const deleteMessage = {
  ...onMessage,
  operationId: 'deleteMessage',
  ...scope('write'),
  summary: 'Delete a message',
  description:
    'Its sender may, and in a room its moderators. What it said is gone at once, for everyone; its place stays in the history. The answer is 204 also where it was deleted before.',
  response: {
    204: emptyResponse('It is deleted.'),
    ...errorResponses(...writeErrors),
  },
}

const onReaction = {
  ...onMessage,
  params: Type.Object({
    ...getMessage.params.properties,
    emoji: Type.String({
      'x-documented': 'string',
      description: 'One emoji of Unicode’s RGI set, percent-encoded',
      examples: ['👍'],
    }),
  }),
} as const

export const addReaction = {
  ...onReaction,
  operationId: 'addReaction',
  ...scope('write'),
  summary: 'React to a message',
  description:
    'With one emoji. In a room only as a member. The answer is 204 also where the caller has reacted so already. A message takes 20 different emoji.',
  response: {
    204: emptyResponse('The caller has reacted so.'),
    ...errorResponses(...changeErrors, 'not-accepted', 'too-many-reactions'),
  },
}

export const removeReaction = {
  ...onReaction,
  operationId: 'removeReaction',
  ...scope('write'),
  summary: 'Take a reaction back',
  description: 'The answer is 204 also where the caller has not reacted so.',
  response: {
    204: emptyResponse('The caller does not react so any more.'),
    ...errorResponses(...changeErrors),
  },
}
