import { type Static, Type } from 'typebox'
import { parseCursor } from '../../delivery/cursor.ts'
import { bodyTypes, Count, Id, strict } from './common.ts'
import { Message } from './message.ts'
import {
  bodyErrors,
  emptyResponse,
  errorResponses,
  jsonResponse,
  tokenErrors,
} from './responses.ts'
import { pageLimit } from './rooms.ts'
import { scope } from './scope.ts'

/** How many conversations a page has at most without `limit`. */
export const defaultConversationLimit = 50

/** The largest of the counts of a conversation. */
const countNote = 'at most 100'

/** A schema of its own, because not every generator of clients supports unions. */
export const LastMessage = Type.Unsafe<Static<typeof Message> | null>({
  ...Message,
  type: ['object', 'null'],
  $id: 'LastMessage',
  description: 'The newest message, also a deleted one, as a `Message`; null where there is none',
})

export const Conversation = Type.Object(
  {
    id: Type.String({
      description:
        '`everyone`, `room:` and the name of the room, or `direct:` and the other username',
    }),
    title: Type.Optional(Type.String({ description: 'The title of the room: only of a room' })),
    last: LastMessage,
    lastId: Id(
      'The id of `last`, else of the entry with which the caller joined the room, else 0: conversations are sorted by it',
    ),
    readUpTo: Id('The caller has read what has an id up to this one'),
    unread: Count(
      `How many messages of others after \`readUpTo\` there are that are not deleted; ${countNote}`,
    ),
    mentioned: Count(`How many of those mention the caller; ${countNote}`),
    muted: Type.Boolean({
      description: 'True: the caller does not want to be notified of what is said in it',
    }),
    asOf: Id('The id of the log at which it was counted: events up to it are counted already'),
  },
  { $id: 'Conversation', description: 'A conversation as the caller knows it' },
)

export const ConversationPage = Type.Object(
  {
    conversations: Type.Array(Conversation, {
      description: 'By `lastId`, descending; those of one `lastId` by `id`',
    }),
    more: Type.Boolean({ description: 'Whether more conversations come after the last of these' }),
    cursor: Type.String({
      description:
        'Where to open a stream so that nothing is missed in between. Of several pages, take that of the first',
    }),
  },
  { $id: 'ConversationPage', description: 'A page of the conversations' },
)

const example = {
  id: 'direct:dewi',
  last: {
    id: 2,
    kind: 'direct',
    from: 'dewi',
    to: 'dewi',
    text: 'Water the plants',
    sentAt: '2026-11-02T09:32:00.000Z',
  },
  lastId: 2,
  readUpTo: 2,
  unread: 0,
  mentioned: 0,
  muted: false,
  asOf: 4,
}

export const ConversationChanges = Type.Object(
  {
    muted: Type.Boolean({
      description: 'True: the caller does not want to be notified of what is said in it',
    }),
  },
  {
    $id: 'ConversationChanges',
    description: 'What is to change of a conversation',
    ...strict,
    examples: [{ muted: true }],
  },
)

/** A number is taken too, but generated clients have one type for it: text. */
const upTo = Type.Refine(
  Type.Unsafe<number | string>({
    type: ['integer', 'string'],
    'x-rule':
      'must be an id, a whole number from 0 to 9007199254740991, or a cursor as the server sent it',
    'x-documented': 'upTo',
  }),
  (place) => parseCursor(String(place)) !== undefined,
)

export const ReadMarker = Type.Object(
  { upTo },
  {
    $id: 'ReadMarker',
    description: 'How far the caller has read a conversation',
    ...strict,
    examples: [{ upTo: '2' }],
  },
)

const onConversation = {
  tags: ['Conversations'],
  querystring: Type.Object({}, strict),
  params: Type.Object({
    conversation: Type.String({
      'x-documented': 'string',
      description:
        '`everyone`, `room:` and the name of a room, or `direct:` and a username, in any upper and lower case',
      examples: [example.id],
    }),
  }),
} as const

const readErrors = [
  ...tokenErrors,
  'invalid-request',
  'unknown-room',
  'not-a-member',
  'unknown-recipient',
  'too-many-requests',
] as const

export const listConversations = {
  ...onConversation,
  operationId: 'listConversations',
  ...scope('read'),
  summary: 'List conversations',
  description:
    'The one with everyone, those with single people, and the rooms that the caller is a member of; the newest first. The next page begins `before` the last of this one.',
  params: Type.Object({}),
  querystring: Type.Object(
    {
      limit: pageLimit(200, defaultConversationLimit, 'conversations'),
      before: Type.Optional(
        Type.String({
          maxLength: 100,
          'x-documented': 'string',
          'x-rule': 'must be the lastId of a conversation, alone or followed by "," and its id',
          description:
            'The `lastId` of a conversation, and after a comma its `id`: only conversations that come after it. Without the `id`, only those whose `lastId` is lower',
        }),
      ),
    },
    strict,
  ),
  response: {
    200: jsonResponse('A page of the conversations.', ConversationPage, {
      conversations: [example],
      more: false,
      cursor: '4-mh4k2c9z',
    }),
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests'),
  },
}

export const getConversation = {
  ...onConversation,
  operationId: 'getConversation',
  ...scope('read'),
  summary: 'Get a conversation',
  description: 'Also one with a person with whom nothing was said yet.',
  response: {
    200: jsonResponse('The conversation.', Conversation, example),
    ...errorResponses(...readErrors),
  },
}

export const updateConversation = {
  ...onConversation,
  operationId: 'updateConversation',
  ...scope('write'),
  summary: 'Mute a conversation',
  description:
    'The server keeps it for all devices of the caller, and goes on to send what is said. With a person with whom nothing was said yet nothing is kept.',
  consumes: bodyTypes,
  body: ConversationChanges,
  response: {
    200: jsonResponse('The conversation as it is now.', Conversation, { ...example, muted: true }),
    ...errorResponses(...bodyErrors, ...readErrors, 'outcome-unknown'),
  },
}

export const markConversationRead = {
  ...onConversation,
  operationId: 'markConversationRead',
  ...scope('write'),
  summary: 'Mark a conversation as read',
  description:
    'Up to an id or a cursor. A marker never goes back: a place before it changes nothing. All streams of the caller get the event `read` where it moves.',
  consumes: bodyTypes,
  body: ReadMarker,
  response: {
    204: emptyResponse('It is read up to there, or further.'),
    ...errorResponses(...bodyErrors, ...readErrors, 'stale-cursor', 'outcome-unknown'),
  },
}

export const tellTyping = {
  ...onConversation,
  operationId: 'tellTyping',
  ...scope('write'),
  summary: 'Say that you are typing',
  description:
    'The others in a room or a direct conversation get the event `typing`. Repeat it every few seconds while it lasts: it is forgotten after 6 seconds, or with the message.',
  response: {
    204: emptyResponse('They are told, where they have a stream.'),
    ...errorResponses(...readErrors, 'not-accepted'),
  },
}
