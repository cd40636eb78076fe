import t from 'tap'
import {
  type Message,
  type ObrolClient,
  ObrolError,
  type ObrolEvent,
} from '../../src/client/index.ts'
import { ChatSession } from '../../src/terminal/chat-session.ts'
import { plainPalette } from '../../src/terminal/palette.ts'
import { PipeView } from '../../src/terminal/pipe-view.ts'
import { OutputBuffer } from './support/piped-chat.ts'

/** Runs a session whose stream has these events. Returns the output. */
async function show(
  events: ObrolEvent[],
  { full = false, error }: { full?: boolean; error?: Error } = {},
) {
  const client = {
    events: () =>
      Object.assign(
        (async function* () {
          yield* events
          if (error) throw error
        })(),
        { hurry: () => {} },
      ),
  }
  const [output, errors] = [new OutputBuffer(), new OutputBuffer()]
  const view = Object.assign(new PipeView(output, errors, plainPalette), { detailed: full })
  const status = await new ChatSession(client as unknown as ObrolClient, view, 'ann').ended
  return { status, out: output.lines, err: errors.lines }
}

const endedElsewhere = 'your session was ended from elsewhere: log in again'
const cursor = '1-0000000a'
const message = (id: number): Message => ({
  id,
  kind: 'broadcast',
  from: 'bob',
  text: `text ${id}`,
  sentAt: new Date().toISOString(),
})
const said = (id: number): ObrolEvent => ({ type: 'message', message: message(id), cursor })
const ready = (...online: string[]): ObrolEvent => ({
  type: 'ready',
  ready: { user: 'ann', head: 1, online, onlineCount: online.length },
  cursor,
})
const lost = (error: ObrolError | 'renew' | 'shutting-down', attempt: number): ObrolEvent => ({
  type: 'reconnecting',
  error,
  inMs: 1_200,
  attempt,
})
const broken = new ObrolError('network', 'The stream broke off')

t.test(
  'a lost connection is shown once, then the reconnection and the missed events',
  async (t) => {
    const events = [
      ready('ann', 'bob', 'cid'),
      said(1),
      lost(broken, 1),
      lost(broken, 2),
      said(2),
      ready('ann', 'cid', 'dan'),
      lost('shutting-down', 1),
      ready('ann', 'cid', 'dan'),
    ]
    t.same(await show(events), {
      status: 1,
      out: ['[bob] : text 1', '[bob] : text 2', 'dan entered', 'bob left'],
      err: [
        'connection lost; trying again',
        'connected again',
        'the server is restarting; trying again',
        'connected again',
        endedElsewhere,
      ],
    })
  },
)

t.test('a renewed stream is not shown', async (t) => {
  t.same(await show([ready('ann'), lost('renew', 1), ready('ann')]), {
    status: 1,
    out: [],
    err: [endedElsewhere],
  })
  t.match(await show([lost('renew', 2)]), {
    err: ['connection lost; trying again', endedElsewhere],
  })
})

t.test('details are who is online, and when the next attempt is', async (t) => {
  const { err } = await show([ready('ann', 'b\x1bb'), lost(broken, 3)], { full: true })
  t.same(err, [
    '2 online: ann, b\\u{1b}b',
    'connection lost; trying again in 2 s (try 3)',
    endedElsewhere,
  ])
  const many = Array.from({ length: 21 }, (_, n) => `guest-${n}`)
  t.same((await show([ready(...many)], { full: true })).err[0], '21 online')
})

t.test('a resync of the presence is shown as a number, and a heartbeat is not shown', async (t) => {
  const presence = { joined: [], left: [], onlineCount: 500, resync: true as const }
  const events: ObrolEvent[] = [
    { type: 'heartbeat', cursor },
    { type: 'presence', presence },
  ]
  t.same(await show(events), {
    status: 1,
    out: [],
    err: ['many users entered or left: 500 are online', endedElsewhere],
  })
})

t.test('a rewound log is shown', async (t) => {
  const reset = { reason: 'rewound' as const, from: 1, oldest: 1, head: 2 }
  t.match((await show([{ type: 'reset', reset, cursor }])).err[0], /reset to an older state/)
  const restarted = { ...reset, reason: 'new-epoch' as const }
  t.same(
    (await show([{ type: 'reset', reset: restarted, cursor }])).err,
    [endedElsewhere],
    'a restart is not',
  )
})

t.test('the end of a session is shown', async (t) => {
  for (const [reason, line] of [
    ['session-expired', 'your session has expired: log in again'],
    ['logged-out', endedElsewhere],
    ['banned', 'this server has banned you'],
  ] as const)
    t.same(await show([{ type: 'ended', reason }]), { status: 1, out: [], err: [line] })
  const error = new ObrolError('unauthorized', 'This token is none', { status: 401 })
  t.same(await show([], { error }), {
    status: 1,
    out: [],
    err: ['your session has ended: log in again'],
  })
})

t.test('what is said in a room names the room, and a later kind is not shown', async (t) => {
  const inRoom = { ...message(2), kind: 'room', room: 'tea', from: 'cid' } as const
  const newer = { ...message(3), kind: 'poll' } as unknown as Message
  const { out } = await show([
    ready('ann', 'bob'),
    said(1),
    { type: 'message', message: inRoom, cursor },
    { type: 'message', message: newer, cursor },
    said(4),
    { type: 'ended', reason: 'logged-out' },
  ])
  t.same(out, ['[bob] : text 1', '[cid @ tea] : text 2', '[bob] : text 4'])
})

t.test('changes are lines that no message looks like', async (t) => {
  const { out } = await show([
    { type: 'room.joined', joined: { room: { name: 'tea' }, role: 'member', by: 'ann' }, cursor },
    { type: 'message.updated', message: message(1), cursor },
    { type: 'typing', typing: { conversation: 'everyone', usernames: ['bob'] } },
    { type: 'message.deleted', message: { ...message(1), text: '' }, cursor },
    { type: 'room.deleted', deleted: { room: 'tea' }, cursor },
    { type: 'ended', reason: 'logged-out' },
  ])
  t.same(out, [
    'you joined tea',
    'bob edited a message: text 1',
    'bob deleted a message',
    'the room tea was deleted',
  ])
})
