import { Type } from 'typebox'
import { answer, needsToken, refusals, takesBody } from './answers.ts'
import { bodyTypes, largestId, strict, Time } from './common.ts'

/** How many messages a page holds unless told otherwise. */
export const defaultPage = 50

const Id = Type.Integer({ description: 'Its place in the one log' })
const From = Type.String({ description: 'The username of who said it' })
const Text = Type.String({ description: 'Exactly as it was sent' })

export const BroadcastMessage = Type.Object(
  { id: Id, kind: Type.Literal('broadcast'), from: From, text: Text, sentAt: Time },
  { $id: 'BroadcastMessage', description: 'Said to everyone' },
)

export const DirectMessage = Type.Object(
  {
    id: Id,
    kind: Type.Literal('direct'),
    from: From,
    to: Type.String({ description: 'The username of whom it was said to' }),
    text: Text,
    sentAt: Time,
  },
  { $id: 'DirectMessage', description: 'Said to one person' },
)

export const Message = Type.Union([BroadcastMessage, DirectMessage], {
  $id: 'Message',
  description: 'The same object in a POST’s answer, in history and on the stream',
  discriminator: {
    propertyName: 'kind',
    mapping: {
      broadcast: '#/components/schemas/BroadcastMessage',
      direct: '#/components/schemas/DirectMessage',
    },
  },
})

export const MessagePage = Type.Object(
  {
    messages: Type.Array(Message, { description: 'Ascending' }),
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

const said = {
  id: 1041,
  kind: 'broadcast',
  from: 'ann',
  text: 'hi',
  sentAt: '2026-11-02T09:31:00.000Z',
}
const saidToBob = { ...said, kind: 'direct', to: 'bob' }

const IdempotencyKey = Type.Object({
  'Idempotency-Key': Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7E]{1,255}$',
      'x-rule': 'must be 1 to 255 visible ASCII characters, without spaces',
      description:
        'Makes a retry safe for 24 hours: the same key with the same content posts once and is answered with the first message.',
      examples: ['2f1c9a54-6f0e-4b3f'],
    }),
  ),
})

const text = Type.String({
  description: '1 to 4,000 characters, not blank, no control characters but tab, LF and CR',
})

const postedHeaders = {
  Location: { type: 'string', description: 'Where the message is' },
  'Idempotent-Replayed': {
    type: 'string',
    description: '`true` where the Idempotency-Key was known and nothing was posted now',
  },
} as const

const postRefusals = [
  ...takesBody,
  ...needsToken,
  'idempotency-key-reused',
  'too-many-requests',
  'outcome-unknown',
] as const

export const broadcast = {
  operationId: 'broadcast',
  tags: ['Messages'],
  summary: 'Say something to everyone',
  security: [{ session: [] }],
  consumes: bodyTypes,
  headers: IdempotencyKey,
  querystring: Type.Object({}, strict),
  body: Type.Object({ text }, { ...strict, examples: [{ text: 'hi' }] }),
  response: {
    201: answer('Said, and kept.', BroadcastMessage, said, postedHeaders),
    ...refusals(...postRefusals),
  },
}

export const direct = {
  operationId: 'direct',
  tags: ['Messages'],
  summary: 'Say something to one person',
  security: [{ session: [] }],
  consumes: bodyTypes,
  headers: IdempotencyKey,
  querystring: Type.Object({}, strict),
  body: Type.Object(
    {
      to: Type.String({ description: 'A username' }),
      text,
      whenOffline: Type.Optional(
        Type.Enum(['reject', 'keep'], {
          type: 'string',
          default: 'reject',
          description:
            'Where the person is not online: refuse the message, or keep it for their next stream',
        }),
      ),
    },
    { ...strict, examples: [{ to: 'bob', text: 'hi', whenOffline: 'keep' }] },
  ),
  response: {
    201: answer('Said, and kept.', DirectMessage, saidToBob, postedHeaders),
    ...refusals(...postRefusals, 'unknown-recipient', 'recipient-offline'),
  },
}

/** Where a page lies. A page comes with a cursor, which is easily taken for this. */
const messageId = (minimum: number, description: string) =>
  Type.Optional(
    Type.Integer({
      minimum,
      maximum: largestId,
      'x-rule': `must be a whole number from ${minimum} to ${largestId}, the id of a message; a cursor is for the stream`,
      description,
    }),
  )

export const listMessages = {
  operationId: 'listMessages',
  tags: ['Messages'],
  summary: 'Read what was said',
  description:
    'With neither `after` nor `before`: the newest. Only what the caller may see, ascending.',
  security: [{ session: [] }],
  querystring: Type.Object(
    {
      after: messageId(0, 'The oldest after this id'),
      before: messageId(1, 'The newest before this id'),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: defaultPage })),
      with: Type.Optional(
        Type.String({ description: 'A username: only the direct conversation with that person' }),
      ),
    },
    strict,
  ),
  response: {
    200: answer('A page of the history.', MessagePage, {
      messages: [said],
      more: false,
      cursor: '1041-mh4k2c9z',
    }),
    ...refusals(...needsToken, 'invalid-request', 'unknown-recipient', 'too-many-requests'),
  },
}

export const getMessage = {
  operationId: 'getMessage',
  tags: ['Messages'],
  summary: 'Read one message',
  security: [{ session: [] }],
  querystring: Type.Object({}, strict),
  params: Type.Object({
    id: Type.Integer({
      minimum: 1,
      maximum: largestId,
      description: 'A message’s id',
      examples: [1041],
    }),
  }),
  response: {
    200: answer('The message.', Message, said),
    ...refusals(...needsToken, 'invalid-request', 'not-found', 'too-many-requests'),
  },
}
