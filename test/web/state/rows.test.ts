import t from 'tap'
import { toRows } from '../../../src/web/state/rows.ts'
import { broadcastMessage } from '../message-fixtures.ts'

t.test('rows have days, groups of messages and a divider before new messages', async (t) => {
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
})

t.test('a group has at most eight messages', async (t) => {
  const many = Array.from({ length: 92 }, (_, at) => broadcastMessage(at + 1, 'bob', 'x'))
  const rows = toRows(many, 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  const firsts = rows.flatMap(({ first, message }) => (first ? [message.id] : []))
  t.strictSame(firsts, [1, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88])
  t.ok(rows.every(({ last }, at) => last === (rows[at + 1]?.first ?? true)))
  const later = toRows(many.slice(3), 'ann').flatMap((row) => (row.kind === 'message' ? [row] : []))
  t.strictSame(later.slice(8), rows.slice(11), 'earlier messages do not change the groups')
})
