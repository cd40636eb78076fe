import { type TSchema, Type } from 'typebox'
import { cursorRule, parseCursor } from '../../delivery/cursor.ts'
import { answer, needsToken, refusals } from './answers.ts'
import { strict, Time } from './common.ts'
import { Message } from './messages.ts'

export const EventToken = Type.Object(
  { token: Type.String(), expiresAt: Time },
  {
    $id: 'EventToken',
    description: 'Opens the stream as `GET /v1/events?token=…`, and nothing else',
  },
)

export const eventsToken = {
  operationId: 'eventsToken',
  tags: ['Events'],
  summary: 'Get a token for an EventSource, which cannot set headers',
  description:
    'It lives as long as the session, may be used again, and opens the stream and nothing else.',
  security: [{ session: [] }],
  querystring: Type.Object({}, strict),
  response: {
    201: answer('The token.', EventToken, {
      token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
      expiresAt: '2026-11-09T09:30:00.000Z',
    }),
    ...refusals(...needsToken, 'invalid-request'),
  },
}

const OnlineCount = Type.Integer({ minimum: 0, description: 'How many people are online' })
const CursorId = Type.String({ description: 'The cursor: send it back to go on from here' })
const Head = Type.Integer({ minimum: 0, description: 'The newest id of the log' })

const endings = [
  'logged-out',
  'session-expired',
  'shutting-down',
  'replaced',
  'renew',
  'unavailable',
] as const

const Ready = Type.Object(
  {
    user: Type.String({ description: 'One’s own username' }),
    head: Head,
    online: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'Who is online; left out past 1,000 names or 16 KiB of them, and with `presence=none`',
      }),
    ),
    onlineCount: OnlineCount,
  },
  { $id: 'Ready' },
)

const Presence = Type.Object(
  {
    joined: Type.Array(Type.String()),
    left: Type.Array(Type.String()),
    onlineCount: OnlineCount,
    resync: Type.Optional(
      Type.Literal(true, { description: 'Too many to tell: read the list of who is online' }),
    ),
  },
  { $id: 'Presence' },
)

const Heartbeat = Type.Object({}, { $id: 'Heartbeat' })

const Reset = Type.Object(
  {
    reason: Type.Enum(['trimmed', 'ahead', 'rewound'], { type: 'string' }),
    from: Type.Integer({ minimum: 0, description: 'The id after which the stream goes on' }),
    oldest: Type.Integer({ minimum: 1, description: 'The smallest id that is kept' }),
    head: Head,
  },
  { $id: 'Reset' },
)

const Bye = Type.Object({ reason: Type.Enum([...endings], { type: 'string' }) }, { $id: 'Bye' })

/** What the `data` of each event holds as JSON. */
const eventData = [Ready, Presence, Heartbeat, Reset, Bye]

/** One event as Server-Sent Events carry it: the data is JSON in a string. */
function event<const Id extends Record<string, TSchema>>(
  name: string,
  description: string,
  data: TSchema & { $id?: string },
  id: Id,
) {
  return Type.Object(
    {
      event: Type.Literal(name),
      data: Type.String({ contentMediaType: 'application/json', contentSchema: data }),
      ...id,
    },
    { $id: `${name[0]?.toUpperCase()}${name.slice(1)}Event`, description },
  )
}

const events = [
  event(
    'message',
    'A broadcast, or a direct message to or from this person. Kept messages that come before `ready` on a stream without a cursor carry no id.',
    Message,
    { id: Type.Optional(CursorId) },
  ),
  event('ready', 'The replay is done and the stream is live.', Ready, { id: CursorId }),
  event('presence', 'People came or went since the last such event.', Presence, {}),
  event(
    'heartbeat',
    'Every 15 seconds: moves the cursor past what one may not see, and lets a dead line be noticed.',
    Heartbeat,
    { id: Type.Optional(CursorId) },
  ),
  event(
    'reset',
    'The cursor is not on this log: `rewound` (what the client holds past `from` is void), `ahead` or `trimmed`. The replay goes on from what there is.',
    Reset,
    { id: CursorId },
  ),
  event('bye', 'The server ends this stream.', Bye, {}),
]

/** Each event of the stream and what it carries. */
export const streamEvents = [...eventData, ...events]

const Cursor = Type.Optional(
  Type.Refine(
    Type.String({
      pattern: '^(?:(?:0|[1-9][0-9]{0,15})(?:-[0-9a-z]{8})?)?$',
      'x-rule': cursorRule,
      description:
        'The id of the last event seen, verbatim: the stream first brings what came after it. Empty counts as absent. The header wins over the query.',
      examples: ['1042-mh4k2c9z'],
    }),
    (text) => text === '' || parseCursor(text) !== undefined,
  ),
)

const exampleStream = `retry: 3000
event: message
data: {"id":1041,"kind":"broadcast","from":"bob","text":"hi","sentAt":"2026-11-02T09:31:00.000Z"}
id: 1041-mh4k2c9z

event: ready
data: {"user":"ann","head":1042,"online":["ann","bob"],"onlineCount":2}
id: 1042-mh4k2c9z

`

export const openStream = {
  operationId: 'openStream',
  tags: ['Events'],
  summary: 'Open the stream on which everything arrives',
  description:
    'Server-Sent Events: `message`, `ready`, `presence`, `heartbeat`, `reset` and `bye`. An `EventSource` reconnects by itself and sends the last id it saw.',
  security: [{ session: [] }, { events: [] }],
  headers: Type.Object({ 'Last-Event-ID': Cursor }),
  querystring: Type.Object(
    {
      lastEventId: Cursor,
      presence: Type.Optional(
        Type.Enum(['full', 'none'], {
          type: 'string',
          default: 'full',
          description: 'Whether to hear who comes and goes',
        }),
      ),
      token: Type.Optional(Type.String({ description: 'A token of `POST /v1/events/token`' })),
    },
    strict,
  ),
  response: {
    200: {
      description: 'The stream. It has no end of its own.',
      headers: {},
      content: {
        'text/event-stream': {
          schema: Type.String(),
          itemSchema: Type.Union(events),
          example: exampleStream,
        },
      },
    },
    ...refusals(
      ...needsToken,
      'invalid-request',
      'not-acceptable',
      'too-many-requests',
      'too-many-streams',
    ),
  },
}
