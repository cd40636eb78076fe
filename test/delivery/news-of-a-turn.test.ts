import t from 'tap'
import { type Delivered, NewsOfATurn } from '../../src/delivery/news-of-a-turn.ts'
import type { Entry } from '../../src/store/store.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

function news(head: number, ended: number[] = []): Delivered {
  const from = { id: 1, username: 'ann' }
  const entry: Entry = { id: head, from, to: null, text: 'hi', sentAt: 0 }
  return { extent: { epoch: '00000001', oldest: 1, head }, entries: [entry], ended }
}

t.test('what comes in one turn is delivered as one, at its end', async (t) => {
  const delivered: Delivered[] = []
  const gathered = new NewsOfATurn((news) => delivered.push(news))
  gathered.add(news(1, [7]))
  gathered.add(news(2))
  t.same(delivered, [])
  await nextTurn()
  t.equal(delivered.length, 1)
  t.same(delivered[0]?.extent, { epoch: '00000001', oldest: 1, head: 2 })
  t.same(
    delivered[0]?.entries.map(({ id }) => id),
    [1, 2],
  )
  t.same(delivered[0]?.ended, [7])
})

t.test('what was said before a session ended is delivered before its end', async (t) => {
  const told: unknown[] = []
  const gathered = new NewsOfATurn(({ extent, ended }) => told.push([extent.head, ended]))
  gathered.add(news(1))
  gathered.add(news(2, [7]))
  t.same(told, [[1, []]])
  await nextTurn()
  t.same(told, [
    [1, []],
    [2, [7]],
  ])
})

t.test('what must come after it has it delivered at once, and only once', async (t) => {
  const heads: number[] = []
  const gathered = new NewsOfATurn(({ extent }) => heads.push(extent.head))
  gathered.add(news(1))
  gathered.flush()
  t.same(heads, [1])
  await nextTurn()
  gathered.add(news(2))
  await nextTurn()
  t.same(heads, [1, 2])
})
