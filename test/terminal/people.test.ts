import t from 'tap'
import { People } from '../../src/terminal/people.ts'

t.test('what changed while one was away is known afterwards', async (t) => {
  const people = new People()
  const ready = (...online: string[]) => people.arrive({ user: 'ann', online })
  t.same(ready('ann', 'bob', 'cid'), { joined: [], left: [] }, 'nothing at first')
  people.change({ joined: ['dan'], left: ['bob'] })
  t.same(ready('ann', 'dan', 'eve'), { joined: ['eve'], left: ['cid'] })
  t.same(people.arrive({ user: 'ann' }), { joined: [], left: [] }, 'too many to be listed')
  t.same(ready('dan', 'eve'), { joined: [], left: [] })
  people.hear('flo')
  t.same([...people.names].sort(), ['ann', 'bob', 'cid', 'dan', 'eve', 'flo'])
})

t.test('who comes before one is there oneself is heard of', async (t) => {
  const people = new People()
  people.change({ joined: ['bob'], left: ['cid'] })
  t.same([...people.names], ['bob'])
})
