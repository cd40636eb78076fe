import t from 'tap'
import { IdLists } from '../../src/delivery/id-lists.ts'

t.test('items are taken out of a list, however many', async (t) => {
  const all = Array.from({ length: 60 }, (_, index) => 2 * index + 1)
  for (const gone of [[1], [59, 119], all.filter((id) => id % 3 === 0), all.slice(5), all]) {
    const lists = new IdLists<{ id: number }>()
    for (const id of all) lists.push(7, { id })
    lists.remove(7, gone)
    t.same(
      lists.of(7).map(({ id }) => id),
      all.filter((id) => !gone.includes(id)),
    )
    t.same([...lists.keys()], gone === all ? [] : [7], 'an empty list is not kept')
  }
})

t.test('an item is replaced in its place', async (t) => {
  const lists = new IdLists<{ id: number; text: string }>()
  for (const id of [2, 5, 9]) lists.push(1, { id, text: 'old' })
  lists.replace(1, { id: 5, text: 'new' })
  t.same(
    lists.of(1).map(({ text }) => text),
    ['old', 'new', 'old'],
  )
  lists.dropUpTo(5, 1)
  t.same(lists.of(1), [{ id: 9, text: 'old' }])
})
