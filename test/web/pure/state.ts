import t from 'tap'
import { defaultLimits, limitsFromOpenApi } from '../../../src/web/state/limits.ts'
import {
  applyPresence,
  noUsers,
  usersFromPage,
  usersFromReady,
} from '../../../src/web/state/online-users.ts'
import {
  markDelayed,
  markFailed,
  markInterrupted,
  markSending,
  markSent,
  type PendingMessage,
  type PendingMessages,
  removePending,
  unconfirmed,
} from '../../../src/web/state/pending-messages.ts'
import { toRows } from '../../../src/web/state/rows.ts'
import { broadcastMessage, directMessage } from '../message-fixtures.ts'

const pending = (key: string, text: string, after = 0): PendingMessage => ({
  key,
  conversation: '',
  to: undefined,
  text,
  at: 0,
  after,
  failure: undefined,
})
const keys = (outbox: PendingMessages) => outbox.map(({ key }) => key)

t.test('what one says is shown once: pending until it has come', async (t) => {
  const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('c', 'ho', 4)]
  const visible = (messages = [broadcastMessage(4, 'ann', 'hi')]) =>
    keys(unconfirmed(outbox, '', messages, 'ann'))
  t.strictSame(visible(), ['a', 'b', 'c'], 'an older message is not it')
  t.strictSame(
    visible([broadcastMessage(5, 'bob', 'hi')]),
    ['a', 'b', 'c'],
    'nor is someone else’s',
  )
  t.strictSame(visible([broadcastMessage(5, 'ann', 'hi')]), ['b', 'c'])
  t.strictSame(visible([broadcastMessage(5, 'ann', 'hi'), broadcastMessage(6, 'ann', 'hi')]), ['c'])
  t.strictSame(unconfirmed(outbox, 'bob', [], 'ann'), [])
})

t.test('an answer takes its message out, and tells the others what is theirs', async (t) => {
  const other = { ...pending('d', 'hi', 4), conversation: 'bob', to: 'bob' }
  const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('late', 'hi', 9), other]
  const settled = markSent(outbox, 'a', broadcastMessage(5, 'ann', 'hi'))
  t.strictSame(
    settled.map(({ key, after }) => [key, after]),
    [
      ['b', 5],
      ['late', 9],
      ['d', 4],
    ],
  )
  t.strictSame(keys(unconfirmed(settled, '', [broadcastMessage(5, 'ann', 'hi')], 'ann')), [
    'b',
    'late',
  ])
  t.strictSame(markSent(outbox, 'gone', broadcastMessage(5, 'ann')), outbox)
})

t.test(
  'what was refused stays until one decides; what may have arrived is looked for',
  async (t) => {
    const outbox = markFailed([pending('a', 'hi'), pending('b', 'ho')], 'a', 'too-many-requests')
    const came = [broadcastMessage(1, 'ann', 'hi'), broadcastMessage(2, 'ann', 'ho')]
    t.strictSame(keys(unconfirmed(outbox, '', came, 'ann')), ['a'])
    t.strictSame(keys(unconfirmed(markFailed(outbox, 'a', 'network'), '', came, 'ann')), [])
    t.equal(markSending(outbox, 'a')[0]?.failure, undefined)
    t.strictSame(keys(removePending(outbox, 'a')), ['b'])
    t.strictSame(
      markInterrupted(outbox).map(({ failure }) => failure),
      ['too-many-requests', 'network'],
    )
  },
)

t.test('who is online', async (t) => {
  t.same(noUsers.names, [])
  let people = usersFromReady({ user: 'ann', head: 0, online: ['cid', 'Ann'], onlineCount: 2 })
  t.same(people, { names: ['Ann', 'cid'], count: 2, stale: false })
  people = applyPresence(people, { joined: ['bob', 'cid'], left: ['Ann'], onlineCount: 2 })
  t.same(people, { names: ['bob', 'cid'], count: 2, stale: false })
  people = applyPresence(people, { joined: [], left: [], onlineCount: 500, resync: true })
  t.ok(people.stale)
  t.ok(
    applyPresence(people, { joined: ['dan'], left: [], onlineCount: 501 }).stale,
    'until it is read',
  )
  const users = [{ username: 'eve', onlineSince: '2026-11-24T09:00:00Z' }]
  t.same(usersFromPage({ users, count: 2000, more: true }), {
    names: ['eve'],
    count: 2000,
    stale: false,
  })
  t.ok(usersFromReady({ user: 'ann', head: 0, onlineCount: 2000 }).stale)
})

t.test('messages stand in days and groups, and the new ones are marked', async (t) => {
  const day = 24 * 60 * 60
  const messages = [
    broadcastMessage(1, 'bob', 'a', 0),
    broadcastMessage(2, 'bob', 'b', 60),
    broadcastMessage(3, 'cid', 'c', 70),
    broadcastMessage(4, 'cid', 'd', 70 + 6 * 60),
    broadcastMessage(5, 'ann', 'e', day),
    broadcastMessage(6, 'cid', 'f', day + 1),
    broadcastMessage(7, 'cid', 'g', day + 2),
  ]
  const shape = (newAfter?: number) =>
    toRows(messages, 'ann', newAfter).map((row) =>
      row.kind === 'message'
        ? `${row.key}${row.first ? ' first' : ''}${row.last ? ' last' : ''}`
        : row.kind,
    )
  t.strictSame(shape(), [
    'day',
    '1 first',
    '2 last',
    '3 first last',
    '4 first last',
    'day',
    '5 first last',
    '6 first',
    '7 last',
  ])
  t.strictSame(shape(4).slice(5), ['day', '5 first last', 'new', '6 first', '7 last'])
  t.strictSame(shape(6).slice(-3), ['6 first', 'new', '7 first last'])
  t.strictSame(shape(9), shape())
  t.same(toRows([], 'ann', 1), [])
  t.equal(toRows([directMessage(1, 'bob', 'ann')], 'ann').length, 2)
})

t.test('whose messages a long run holds stands beside each eighth of them', async (t) => {
  const many = Array.from({ length: 92 }, (_, at) => broadcastMessage(at + 1, 'bob', 'x'))
  const rows = toRows(many, 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  const firsts = rows.flatMap(({ first, message }) => (first ? [message.id] : []))
  t.strictSame(firsts, [1, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88])
  t.ok(rows.every(({ last }, at) => last === (rows[at + 1]?.first ?? true)))
  const later = toRows(many.slice(3), 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  t.strictSame(later.slice(8), rows.slice(11), 'what comes before changes nothing')
})

t.test('what has to wait says why and until when, and then is on its way again', async (t) => {
  const [waiting] = markDelayed([pending('a', 'hi')], 'a', 'too-many-requests', 5000)
  t.match(waiting, { failure: undefined, delay: { failure: 'too-many-requests', until: 5000 } })
  t.equal(markSending([waiting as PendingMessage], 'a')[0]?.delay, undefined)
})

t.test('the limits are those that the server tells, or else the usual ones', async (t) => {
  const body = (schema: object) => ({
    post: { requestBody: { content: { 'application/json': { schema } } } },
  })
  const text = { maxLength: 10 }
  t.strictSame(
    limitsFromOpenApi({
      components: { schemas: { Credentials: { properties: { password: { minLength: 12 } } } } },
      paths: {
        '/v1/register': body({ $ref: '#/components/schemas/Credentials' }),
        '/v1/messages/broadcast': body({ properties: { text } }),
      },
    }),
    { passwordMin: 12, textMax: 10 },
  )
  t.strictSame(limitsFromOpenApi({}), defaultLimits)
  t.strictSame(
    limitsFromOpenApi({ paths: { '/v1/register': body({ $ref: '#/none' }) } }),
    defaultLimits,
  )
})
