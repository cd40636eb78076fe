import t from 'tap'
import { KnownUsers } from '../../src/terminal/known-users.ts'

t.test('what changed while one was away is known afterwards', async (t) => {
  const people = new KnownUsers()
  const ready = (...online: string[]) => people.onReady({ user: 'ann', online })
  t.same(ready('ann', 'bob', 'cid'), { joined: [], left: [] }, 'nothing at first')
  people.onPresence({ joined: ['dan'], left: ['bob'] })
  t.same(ready('ann', 'dan', 'eve'), { joined: ['eve'], left: ['cid'] })
  t.same(people.onReady({ user: 'ann' }), { joined: [], left: [] }, 'too many to be listed')
  t.same(ready('dan', 'eve'), { joined: [], left: [] })
  people.addNames('flo')
  t.same([...people.names].sort(), ['ann', 'bob', 'cid', 'dan', 'eve', 'flo'])
})

t.test('who comes before one is there oneself is heard of', async (t) => {
  const people = new KnownUsers()
  people.onPresence({ joined: ['bob'], left: ['cid'] })
  t.same([...people.names], ['bob'])
})
