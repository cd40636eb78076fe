import t from 'tap'
import { KnownUsers } from '../../src/terminal/known-users.ts'

t.test('a new `ready` returns the changes since the last one', async (t) => {
  const users = new KnownUsers()
  const ready = (...online: string[]) => users.onReady({ user: 'ann', online })
  t.same(ready('ann', 'bob', 'cid'), { joined: [], left: [] }, 'nothing at first')
  users.onPresence({ joined: ['dan'], left: ['bob'] })
  t.same(ready('ann', 'dan', 'eve'), { joined: ['eve'], left: ['cid'] })
  t.same(users.onReady({ user: 'ann' }), { joined: [], left: [] }, 'too many to be listed')
  t.same(ready('dan', 'eve'), { joined: [], left: [] })
  users.addNames('flo')
  t.same([...users.names].sort(), ['ann', 'bob', 'cid', 'dan', 'eve', 'flo'])
})

t.test('names of arrivals before `ready` are remembered', async (t) => {
  const users = new KnownUsers()
  users.onPresence({ joined: ['bob'], left: ['cid'] })
  t.same([...users.names], ['bob'])
})
