import { type Static, Type } from 'typebox'
import type { Metadata } from '../../chat/metadata.ts'
import { Count, Id, maxId, Time } from './common.ts'

/** An object of which nothing is known. */
const AnyObject = (options: object) =>
  Type.Unsafe<Metadata>({ type: 'object', additionalProperties: true, ...options })

/** Whoever makes an answer keeps what is in it. */
const Usernames = (description: string) =>
  Type.Unsafe<readonly string[]>(Type.Array(Type.String(), { description }))

export const Reaction = Type.Object(
  {
    emoji: Type.String({ description: 'The emoji, fully qualified' }),
    count: Count('How many users reacted so'),
    me: Type.Boolean({ description: 'Whether the caller is one of them' }),
    by: Usernames('The usernames of the first 20 of them, in their order'),
  },
  { $id: 'Reaction', description: 'What users reacted to a message with, once for each emoji' },
)

const kind = Type.Enum(['broadcast', 'direct', 'room'], {
  type: 'string',
  description:
    '`broadcast`: to everyone. `direct`: to the user in `to`. `room`: to the members of `room`',
})

/** One flat object, because not every generator of clients supports unions. */
const messageFields = {
  id: Id('The id of the message in the log: a later message has a higher one'),
  kind,
  from: Type.String({ description: 'The username of the sender' }),
  to: Type.Optional(
    Type.String({ description: 'The username of the recipient: only with `direct`, and always' }),
  ),
  room: Type.Optional(
    Type.String({ description: 'The name of the room: only with `room`, and always' }),
  ),
  text: Type.String({ description: 'Exactly as it was sent; empty where it was deleted' }),
  sentAt: Time,
  replyTo: Type.Optional(Id('The id of the message that it replies to')),
  metadata: Type.Optional(
    AnyObject({ description: 'A JSON object for other programs, as it was sent' }),
  ),
  mentions: Type.Optional(
    Usernames(
      'The usernames behind an `@` in the text that may read it, as it was when it was sent or edited; at most 20',
    ),
  ),
  editedAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it was last edited' }),
  ),
  deletedAt: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When it was deleted. Then what it said is gone, and this is its place',
    }),
  ),
  reactions: Type.Optional(
    Type.Unsafe<readonly Static<typeof Reaction>[]>(
      Type.Array(Reaction, {
        description: 'Only on pages, by id, and of kept messages; the oldest emoji first',
      }),
    ),
  ),
}

export const Message = Type.Object(messageFields, {
  $id: 'Message',
  description:
    'A broadcast, a direct message or a message in a room: the same object in the answer to a POST, in the history and on the stream',
})

export const MessagePage = Type.Object(
  {
    messages: Type.Array(Message, { description: 'By id, ascending' }),
    more: Type.Boolean({
      description:
        'Whether more exist in the direction of the page: newer with `after`, else older',
    }),
    cursor: Type.String({
      description: 'Open the stream here, as `lastEventId`, and nothing is missed in between',
    }),
  },
  { $id: 'MessagePage', description: 'A page of the history' },
)

export const DeletedMessage = Type.Object(
  { ...messageFields, by: Type.String({ description: 'The username of who deleted it' }) },
  {
    $id: 'DeletedMessage',
    description:
      'The data of the event `message.deleted`: the message without what it said, and who deleted it',
  },
)

export const ReactionChange = Type.Object(
  {
    messageId: Id('The id of the message'),
    room: Type.Optional(Type.String({ description: 'The name of the message’s room' })),
    by: Type.String({ description: 'The username of who reacted' }),
    emoji: Type.String({ description: 'The emoji, fully qualified' }),
    count: Count('How many users react so now'),
  },
  {
    $id: 'ReactionChange',
    description: 'The data of the events `reaction.added` and `reaction.removed`',
  },
)

/** What every new message may have besides its text. */
export const newMessageFields = {
  replyTo: Type.Optional(
    Type.Integer({
      format: 'int64',
      minimum: 1,
      maximum: maxId,
      description: 'The id of a message in the same conversation, which the caller may read',
    }),
  ),
  metadata: Type.Optional(
    AnyObject({ 'x-rule': 'must be a JSON object', 'x-documented': 'metadata' }),
  ),
}

export const broadcastExample = {
  id: 1,
  kind: 'broadcast',
  from: 'dewi',
  text: 'Hello, everyone',
  sentAt: '2026-11-02T09:31:00.000Z',
}
