import t from 'tap'
import { type StreamUpdate, UpdateBatcher } from '../../src/delivery/update-batcher.ts'
import type { Entry } from '../../src/store/message-log.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

/** An update of one entry, which is a message unless a kind is given. */
function update(head: number, ended: number[] = [], kind?: Entry['kind']): StreamUpdate {
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
  const entries = [kind ? ({ ...entry, kind } as Entry) : entry]
  const none = { renewed: [], accounts: [], read: [], typing: [] }
  return { bounds: { epoch: '00000001', oldest: 1, head }, entries, ended, ...none }
}

t.test('the updates of one turn are delivered as one, at its end', async (t) => {
  const delivered: StreamUpdate[] = []
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

t.test('markers and signals of one turn are gathered, too', async (t) => {
  const delivered: StreamUpdate[] = []
  const batcher = new UpdateBatcher((update) => delivered.push(update))
  const by = { id: 1, username: 'ann' }
  const ref = { type: 'everyone' } as const
  for (const upTo of [1, 2])
    batcher.add({ ...update(upTo), read: [{ account: 1, ref, upTo }], typing: [{ by, ref }] })
  await nextTurn()
  t.same(
    delivered[0]?.read.map(({ upTo }) => upTo),
    [1, 2],
  )
  t.equal(delivered[0]?.typing.length, 2)
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

t.test('what changes older entries waits like the rest, but no reader has to', async (t) => {
  const heads: number[] = []
  const batcher = new UpdateBatcher(({ bounds }) => heads.push(bounds.head))
  batcher.flushChanges()
  batcher.add(update(1, [], 'reaction-added'))
  batcher.flushChanges()
  t.same(heads, [])
  batcher.add(update(2, [], 'deleted'))
  t.same(heads, [])
  batcher.flushChanges()
  t.same(heads, [2])
  for (const kind of ['edited', 'room-deleted'] as const) {
    batcher.add(update(3, [], kind))
    batcher.flushChanges()
  }
  t.same(heads, [2, 3, 3])
})

t.test(
  'what was said before somebody left is not told with the text of a later edit',
  async (t) => {
    const heads: number[] = []
    const batcher = new UpdateBatcher(({ bounds }) => heads.push(bounds.head))
    batcher.add(update(1))
    batcher.add(update(2, [], 'edited'))
    batcher.add(update(3, [], 'left'))
    t.same(heads, [])
    batcher.add(update(4, [], 'edited'))
    t.same(heads, [3])
    batcher.flush()
    batcher.add(update(5))
    const [left] = update(6, [], 'left').entries
    const both = update(7, [], 'edited')
    batcher.add({ ...both, entries: [left as Entry, ...both.entries] })
    t.same(heads, [3, 4, 5])
    batcher.flush()
  },
)
