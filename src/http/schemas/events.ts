import { type TSchema, Type } from 'typebox'
import { cursorRule, parseCursor } from '../../delivery/cursor.ts'
import { areEventNames, type EventName, eventsRule } from '../../delivery/event-names.ts'
import { User } from './accounts.ts'
import { Count, Id, strict, Time } from './common.ts'
import { DeletedMessage, Message, ReactionChange } from './message.ts'
import { errorResponses, jsonResponse, tokenErrors } from './responses.ts'
import { roomEventData } from './room-events.ts'
import { Room } from './rooms.ts'
import { scope } from './scope.ts'

export const StreamToken = Type.Object(
  {
    token: Type.String({ description: 'Goes into the query: `GET /v1/events?token=…`' }),
    expiresAt: Time,
  },
  {
    $id: 'StreamToken',
    description: 'Opens the stream as `GET /v1/events?token=…`, and nothing else',
  },
)

export const createStreamToken = {
  operationId: 'createStreamToken',
  ...scope('session'),
  tags: ['Events'],
  summary: 'Create a stream token',
  description:
    'For an `EventSource`, which cannot set headers. It is valid as long as the session, may be used more than once, and opens the stream and nothing else.',
  querystring: Type.Object({}, strict),
  response: {
    201: jsonResponse('The token.', StreamToken, {
      token: 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl',
      expiresAt: '2026-11-09T09:30:00.000Z',
    }),
    ...errorResponses(...tokenErrors, 'invalid-request'),
  },
}

const OnlineCount = Count('How many users are online')
const CursorId = Type.String({ description: 'The cursor: send it back to go on from here' })
const Head = Id('The newest id of the log; 0 where there is none')

const byeReasons = [
  'logged-out',
  'banned',
  'session-expired',
  'shutting-down',
  'replaced',
  'renew',
  'unavailable',
] as const

const Ready = Type.Object(
  {
    user: Type.String({ description: 'The username of the caller' }),
    head: Head,
    online: Type.Optional(
      Type.Array(Type.String(), {
        description:
          'The usernames of the online users; left out past 1,000 names or 16 KiB, and with `presence=none`',
      }),
    ),
    onlineCount: OnlineCount,
  },
  { $id: 'Ready', description: 'The data of the event `ready`' },
)

const Presence = Type.Object(
  {
    joined: Type.Array(Type.String(), {
      description: 'The usernames of the users who came online',
    }),
    left: Type.Array(Type.String(), { description: 'The usernames of the users who went offline' }),
    onlineCount: OnlineCount,
    resync: Type.Optional(
      Type.Boolean({ description: 'True: too many changes to list, read the online users again' }),
    ),
  },
  { $id: 'Presence', description: 'The data of the event `presence`' },
)

const Typing = Type.Object(
  {
    conversation: Type.String({
      description: '`room:` and the name of the room, or `direct:` and the other username',
    }),
    usernames: Type.Array(Type.String(), {
      description: 'Who is typing now, at most 5, never the user; empty: nobody any more',
    }),
    more: Type.Optional(Type.Boolean({ description: 'True: more than these are typing' })),
  },
  { $id: 'Typing', description: 'The data of the event `typing`' },
)

const Read = Type.Object(
  {
    conversation: Type.String({ description: 'The id of the conversation' }),
    upTo: Id('The user has read what has an id up to this one'),
  },
  { $id: 'Read', description: 'The data of the event `read`' },
)

const UserUpdated = Type.Object(
  { user: User },
  { $id: 'UserUpdated', description: 'The data of the event `user.updated`' },
)

const Heartbeat = Type.Object(
  {},
  { $id: 'Heartbeat', description: 'The data of the event `heartbeat`: an object without fields' },
)

const Reset = Type.Object(
  {
    reason: Type.Enum(['trimmed', 'ahead', 'rewound', 'new-epoch'], {
      type: 'string',
      description: 'Why the cursor does not match the log',
    }),
    from: Id('The id after which the stream goes on; with `new-epoch` the cursor’s own'),
    oldest: Id('The smallest id in the log'),
    head: Head,
  },
  { $id: 'Reset', description: 'The data of the event `reset`' },
)

const Bye = Type.Object(
  {
    reason: Type.Enum([...byeReasons], { type: 'string', description: 'Why the stream ends' }),
  },
  { $id: 'Bye', description: 'The data of the event `bye`' },
)

/** The schemas of the `data` of events, besides `Message` and `Room`. */
export const eventData = [
  DeletedMessage,
  ReactionChange,
  ...Object.values(roomEventData),
  Ready,
  Presence,
  Typing,
  Read,
  UserUpdated,
  Heartbeat,
  Reset,
  Bye,
]

/** An event of Server-Sent Events, whose data is JSON in a string. */
function event<const Id extends Record<string, TSchema>>(
  name: EventName,
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
    { $id: `${inPascalCase(name)}Event`, description },
  )
}

function inPascalCase(name: string): string {
  return name.replace(/(?:^|\.)\w/g, (start) => start.slice(-1).toUpperCase())
}

const { RoomJoined, RoomLeft, MemberChange, RoomDeleted } = roomEventData

const logged = { id: CursorId }

const events = [
  event(
    'message',
    'A broadcast, a direct message to or from the user, or a message in a room of theirs. Kept messages before `ready` on a stream without a cursor have no id.',
    Message,
    { id: Type.Optional(CursorId) },
  ),
  event(
    'message.updated',
    'A message was edited: as it is now, without its reactions.',
    Message,
    logged,
  ),
  event('message.deleted', 'A message was deleted.', DeletedMessage, logged),
  event('reaction.added', 'Someone, or the user, reacted to a message.', ReactionChange, logged),
  event('reaction.removed', 'Someone, or the user, took a reaction back.', ReactionChange, logged),
  event('room.joined', 'The user became a member of a room, or made it.', RoomJoined, logged),
  event('room.left', 'The user is no member of a room any more.', RoomLeft, logged),
  event(
    'member.joined',
    'Someone else became a member of a room of the user.',
    MemberChange,
    logged,
  ),
  event('member.left', 'Someone else is no member of it any more.', MemberChange, logged),
  event(
    'member.updated',
    'The user, or someone else, has another role in it.',
    MemberChange,
    logged,
  ),
  event('room.updated', 'A room of the user has changed.', Room, logged),
  event('room.deleted', 'A room of the user is deleted.', RoomDeleted, logged),
  event('ready', 'The replay is done and the stream is live.', Ready, { id: CursorId }),
  event('presence', 'Users came online or went offline since the last such event.', Presence, {}),
  event(
    'typing',
    'Who is typing in a room or a direct conversation of the user; at most once a second for each.',
    Typing,
    {},
  ),
  event(
    'read',
    'The user, on whichever device, has read a conversation further. It may come before the conversation.',
    Read,
    {},
  ),
  event(
    'user.updated',
    'A user has another display name, role or state. Only for streams with `presence`.',
    UserUpdated,
    {},
  ),
  event(
    'heartbeat',
    'Every 15 seconds: moves the cursor past what the user may not see, and shows that the connection is alive.',
    Heartbeat,
    { id: Type.Optional(CursorId) },
  ),
  event(
    'reset',
    'The cursor does not match the log: `rewound` (all that the client has past `from` is void), `ahead`, `trimmed`, or `new-epoch` (as after a restart: what streams sent is valid, but what the client has from elsewhere past `from` may be void). The replay goes on from what there is.',
    Reset,
    { id: CursorId },
  ),
  event('bye', 'The server ends this stream.', Bye, {}),
]

const StreamEvent = Type.Union(events, {
  $id: 'StreamEvent',
  description: 'An event of the stream',
})

/** Only OpenAPI 3.2 can describe the items of a stream. */
export const streamEvents: readonly (TSchema & { $id?: string })[] = [...events, StreamEvent]

export const streamEventNames = streamEvents.map(({ $id }) => $id as string)

const Cursor = (options: object) =>
  Type.Optional(
    Type.Refine(
      Type.String({
        pattern: '^(?:(?:0|[1-9][0-9]{0,15})(?:-[0-9a-z]{8})?)?$',
        'x-rule': cursorRule,
        ...options,
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
  ...scope('read', { tokenInQuery: true }),
  tags: ['Events'],
  summary: 'Open the event stream',
  description:
    'Server-Sent Events: `message`, `message.updated`, `message.deleted`, `reaction.added` and `reaction.removed`; `ready`; `room.joined`, `room.left`, `member.joined`, `member.left`, `member.updated`, `room.updated` and `room.deleted`; `presence`, `typing`, `read` and `user.updated`; `heartbeat`, `reset` and `bye`. Their data is JSON of `Message` (two of them), `DeletedMessage`, `ReactionChange` (two), `Ready`, `RoomJoined`, `RoomLeft`, `MemberChange` (three of them), `Room`, `RoomDeleted`, `Presence`, `Typing`, `Read`, `UserUpdated`, `Heartbeat`, `Reset` and `Bye`. A later version may add events: ignore those that you do not know. The call has no end of its own. It takes a session’s token in the header `Authorization`, or the parameter `token`, never both. An `EventSource` reconnects by itself and sends the last id it saw in the header `Last-Event-ID`, which wins over the parameter `lastEventId`.',
  // Only the description mentions it: generated clients would have two parameters of one name.
  headers: Type.Object({ 'Last-Event-ID': Cursor({ 'x-undocumented': true }) }),
  querystring: Type.Object(
    {
      lastEventId: Cursor({
        description:
          'The id of the last event seen, verbatim: the stream first sends what came after it. Empty counts as absent. The header `Last-Event-ID` takes the same and wins.',
      }),
      presence: Type.Optional(
        Type.Enum(['full', 'none'], {
          type: 'string',
          default: 'full',
          description: '`none`: no `presence` events, and no names in `ready`. `full`: both',
        }),
      ),
      events: Type.Optional(
        Type.Refine(
          Type.String({
            'x-rule': eventsRule,
            description:
              'The names of the events that the stream shall have, separated by commas; without it, all. `ready`, `heartbeat`, `reset` and `bye` always come, and may be named. Without `presence` among them, `ready` has no names, as with `presence=none`. The cursor moves over what is left out, and nothing makes up for that later.',
          }),
          areEventNames,
        ),
      ),
      token: Type.Optional(
        Type.String({
          description: 'A token of `POST /v1/events/token`, in place of the header `Authorization`',
        }),
      ),
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
          itemSchema: StreamEvent,
          example: exampleStream,
        },
      },
    },
    ...errorResponses(...tokenErrors, 'invalid-request', 'too-many-requests', 'too-many-streams'),
  },
}
