import t from 'tap'
import {
  applyPresence,
  noUsers,
  usersFromPage,
  usersFromReady,
} from '../../../src/web/state/online-users.ts'

t.test('the online users follow ready, presence and the list', async (t) => {
  t.same(noUsers.names, [])
  let people = usersFromReady({ user: 'ann', head: 0, online: ['cid', 'Ann'], onlineCount: 2 })
  t.same(people, { names: ['Ann', 'cid'], count: 2, stale: false })
  people = applyPresence(people, { joined: ['bob', 'cid'], left: ['Ann'], onlineCount: 2 })
  t.same(people, { names: ['bob', 'cid'], count: 2, stale: false })
  people = applyPresence(people, { joined: [], left: [], onlineCount: 500, resync: true })
  t.ok(people.stale)
  t.ok(
    applyPresence(people, { joined: ['dan'], left: [], onlineCount: 501 }).stale,
    'until the list is loaded',
  )
  const users = [{ username: 'eve', onlineSince: '2026-11-24T09:00:00Z' }]
  t.same(usersFromPage({ users, count: 2000, more: true }), {
    names: ['eve'],
    count: 2000,
    stale: false,
  })
  t.ok(usersFromReady({ user: 'ann', head: 0, onlineCount: 2000 }).stale)
})
