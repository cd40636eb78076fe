import t from 'tap'
import { limitsIn, usualLimits } from '../../../src/web/state/limits.ts'
import {
  again,
  delay,
  drop,
  fail,
  interrupted,
  type Outbox,
  outstanding,
  type Pending,
  settle,
} from '../../../src/web/state/outbox.ts'
import { arrive, change, listed, nobody } from '../../../src/web/state/people.ts'
import { rowsOf } from '../../../src/web/state/rows.ts'
import { direct, said } from '../say.ts'

const pending = (key: string, text: string, after = 0): Pending => ({
  key,
  conversation: '',
  to: undefined,
  text,
  at: 0,
  after,
  failure: undefined,
})
const keys = (outbox: Outbox) => outbox.map(({ key }) => key)

t.test('what one says is shown once: pending until it has come', async (t) => {
  const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('c', 'ho', 4)]
  const visible = (messages = [said(4, 'ann', 'hi')]) =>
    keys(outstanding(outbox, '', messages, 'ann'))
  t.strictSame(visible(), ['a', 'b', 'c'], 'an older message is not it')
  t.strictSame(visible([said(5, 'bob', 'hi')]), ['a', 'b', 'c'], 'nor is someone else’s')
  t.strictSame(visible([said(5, 'ann', 'hi')]), ['b', 'c'])
  t.strictSame(visible([said(5, 'ann', 'hi'), said(6, 'ann', 'hi')]), ['c'])
  t.strictSame(outstanding(outbox, 'bob', [], 'ann'), [])
})

t.test('an answer takes its message out, and tells the others what is theirs', async (t) => {
  const other = { ...pending('d', 'hi', 4), conversation: 'bob', to: 'bob' }
  const outbox = [pending('a', 'hi', 4), pending('b', 'hi', 4), pending('late', 'hi', 9), other]
  const settled = settle(outbox, 'a', said(5, 'ann', 'hi'))
  t.strictSame(
    settled.map(({ key, after }) => [key, after]),
    [
      ['b', 5],
      ['late', 9],
      ['d', 4],
    ],
  )
  t.strictSame(keys(outstanding(settled, '', [said(5, 'ann', 'hi')], 'ann')), ['b', 'late'])
  t.strictSame(settle(outbox, 'gone', said(5, 'ann')), outbox)
})

t.test(
  'what was refused stays until one decides; what may have arrived is looked for',
  async (t) => {
    const outbox = fail([pending('a', 'hi'), pending('b', 'ho')], 'a', 'too-many-requests')
    const came = [said(1, 'ann', 'hi'), said(2, 'ann', 'ho')]
    t.strictSame(keys(outstanding(outbox, '', came, 'ann')), ['a'])
    t.strictSame(keys(outstanding(fail(outbox, 'a', 'network'), '', came, 'ann')), [])
    t.equal(again(outbox, 'a')[0]?.failure, undefined)
    t.strictSame(keys(drop(outbox, 'a')), ['b'])
    t.strictSame(
      interrupted(outbox).map(({ failure }) => failure),
      ['too-many-requests', 'network'],
    )
  },
)

t.test('who is online', async (t) => {
  t.same(nobody.names, [])
  let people = arrive({ user: 'ann', head: 0, online: ['cid', 'Ann'], onlineCount: 2 })
  t.same(people, { names: ['Ann', 'cid'], count: 2, stale: false })
  people = change(people, { joined: ['bob', 'cid'], left: ['Ann'], onlineCount: 2 })
  t.same(people, { names: ['bob', 'cid'], count: 2, stale: false })
  people = change(people, { joined: [], left: [], onlineCount: 500, resync: true })
  t.ok(people.stale)
  t.ok(change(people, { joined: ['dan'], left: [], onlineCount: 501 }).stale, 'until it is read')
  const users = [{ username: 'eve', onlineSince: '2026-11-24T09:00:00Z' }]
  t.same(listed({ users, count: 2000, more: true }), { names: ['eve'], count: 2000, stale: false })
  t.ok(arrive({ user: 'ann', head: 0, onlineCount: 2000 }).stale)
})

t.test('messages stand in days and groups, and the new ones are marked', async (t) => {
  const day = 24 * 60 * 60
  const messages = [
    said(1, 'bob', 'a', 0),
    said(2, 'bob', 'b', 60),
    said(3, 'cid', 'c', 70),
    said(4, 'cid', 'd', 70 + 6 * 60),
    said(5, 'ann', 'e', day),
    said(6, 'cid', 'f', day + 1),
    said(7, 'cid', 'g', day + 2),
  ]
  const shape = (newAfter?: number) =>
    rowsOf(messages, 'ann', newAfter).map((row) =>
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
  t.same(rowsOf([], 'ann', 1), [])
  t.equal(rowsOf([direct(1, 'bob', 'ann')], 'ann').length, 2)
})

t.test('whose messages a long run holds stands beside each eighth of them', async (t) => {
  const many = Array.from({ length: 92 }, (_, at) => said(at + 1, 'bob', 'x'))
  const rows = rowsOf(many, 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  const firsts = rows.flatMap(({ first, message }) => (first ? [message.id] : []))
  t.strictSame(firsts, [1, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88])
  t.ok(rows.every(({ last }, at) => last === (rows[at + 1]?.first ?? true)))
  const later = rowsOf(many.slice(3), 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  t.strictSame(later.slice(8), rows.slice(11), 'what comes before changes nothing')
})

t.test('what has to wait says why and until when, and then is on its way again', async (t) => {
  const [waiting] = delay([pending('a', 'hi')], 'a', 'too-many-requests', 5000)
  t.match(waiting, { failure: undefined, delay: { failure: 'too-many-requests', until: 5000 } })
  t.equal(again([waiting as Pending], 'a')[0]?.delay, undefined)
})

t.test('the limits are those that the server tells, or else the usual ones', async (t) => {
  const body = (schema: object) => ({
    post: { requestBody: { content: { 'application/json': { schema } } } },
  })
  const text = { maxLength: 10 }
  t.strictSame(
    limitsIn({
      components: { schemas: { Credentials: { properties: { password: { minLength: 12 } } } } },
      paths: {
        '/v1/register': body({ $ref: '#/components/schemas/Credentials' }),
        '/v1/messages/broadcast': body({ properties: { text } }),
      },
    }),
    { passwordMin: 12, textMax: 10 },
  )
  t.strictSame(limitsIn({}), usualLimits)
  t.strictSame(limitsIn({ paths: { '/v1/register': body({ $ref: '#/none' }) } }), usualLimits)
})
