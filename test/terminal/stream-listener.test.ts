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

/** What a stream brought is told; the client is one whose stream is written down here. */
async function told(
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

const ended = 'your session was ended from elsewhere: log in again'
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

t.test('a lost line is told once, then that it is back, then what was missed', async (t) => {
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
  t.same(await told(events), {
    status: 1,
    out: ['[bob] : text 1', '[bob] : text 2', 'dan entered', 'bob left'],
    err: [
      'connection lost; trying again',
      'connected again',
      'the server is being restarted; trying again',
      'connected again',
      ended,
    ],
  })
})

t.test('a stream that is renewed at once is not worth a word', async (t) => {
  t.same(await told([ready('ann'), lost('renew', 1), ready('ann')]), {
    status: 1,
    out: [],
    err: [ended],
  })
  t.match(await told([lost('renew', 2)]), { err: ['connection lost; trying again', ended] })
})

t.test('for a person it is told who is there, and when it is tried again', async (t) => {
  const { err } = await told([ready('ann', 'b\x1bb'), lost(broken, 3)], { full: true })
  t.same(err, ['2 online: ann, b\\u{1b}b', 'connection lost; trying again in 2 s (try 3)', ended])
  const many = Array.from({ length: 21 }, (_, n) => `guest-${n}`)
  t.same((await told([ready(...many)], { full: true })).err[0], '21 online')
})

t.test('a storm is told as a number, and a heartbeat not at all', async (t) => {
  const presence = { joined: [], left: [], onlineCount: 500, resync: true as const }
  const events: ObrolEvent[] = [
    { type: 'heartbeat', cursor },
    { type: 'presence', presence },
  ]
  t.same(await told(events), {
    status: 1,
    out: [],
    err: ['many came and went: 500 are online', ended],
  })
})

t.test('a log that went back is told', async (t) => {
  const reset = { reason: 'rewound' as const, from: 1, oldest: 1, head: 2 }
  t.match((await told([{ type: 'reset', reset, cursor }])).err[0], /gone back to an older state/)
  const restarted = { ...reset, reason: 'new-epoch' as const }
  t.same((await told([{ type: 'reset', reset: restarted, cursor }])).err, [ended], 'no alarm')
})

t.test('the end of a session is told', async (t) => {
  for (const [reason, line] of [
    ['session-expired', 'your session is over: log in again'],
    ['logged-out', ended],
    ['banned', 'this server has banned you'],
  ] as const)
    t.same(await told([{ type: 'ended', reason }]), { status: 1, out: [], err: [line] })
  const error = new ObrolError('unauthorized', 'This token is none', { status: 401 })
  t.same(await told([], { error }), {
    status: 1,
    out: [],
    err: ['your session is over: log in again'],
  })
})
