import t from 'tap'
import { type LogUpdate, UpdateBatcher } from '../../src/delivery/update-batcher.ts'
import type { Entry } from '../../src/store/message-log.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

function update(head: number, ended: number[] = []): LogUpdate {
  const from = { id: 1, username: 'ann' }
  const entry: Entry = {
    kind: 'message',
    id: head,
    from,
    to: null,
    room: null,
    text: 'hi',
    sentAt: 0,
  }
  return { bounds: { epoch: '00000001', oldest: 1, head }, entries: [entry], ended }
}

t.test('the updates of one turn are delivered as one, at its end', async (t) => {
  const delivered: LogUpdate[] = []
  const batcher = new UpdateBatcher((update) => delivered.push(update))
  batcher.add(update(1, [7]))
  batcher.add(update(2))
  t.same(delivered, [])
  await nextTurn()
  t.equal(delivered.length, 1)
  t.same(delivered[0]?.bounds, { epoch: '00000001', oldest: 1, head: 2 })
  t.same(
    delivered[0]?.entries.map(({ id }) => id),
    [1, 2],
  )
  t.same(delivered[0]?.ended, [7])
})

t.test('entries before the end of a session are delivered before it', async (t) => {
  const reported: unknown[] = []
  const batcher = new UpdateBatcher(({ bounds, ended }) => reported.push([bounds.head, ended]))
  batcher.add(update(1))
  batcher.add(update(2, [7]))
  t.same(reported, [[1, []]])
  await nextTurn()
  t.same(reported, [
    [1, []],
    [2, [7]],
  ])
})

t.test('flush delivers at once, and only once', async (t) => {
  const heads: number[] = []
  const batcher = new UpdateBatcher(({ bounds }) => heads.push(bounds.head))
  batcher.add(update(1))
  batcher.flush()
  t.same(heads, [1])
  await nextTurn()
  batcher.add(update(2))
  await nextTurn()
  t.same(heads, [1, 2])
})
