import t from 'tap'
import { Presence } from '../../src/chat/presence.ts'

const store = {
  presence: { list: async () => [], change: async () => {} },
  ping: async () => {},
  isUpToDate: true,
}

t.test('people who come and leave on another node are reported here', async (t) => {
  const presence = new Presence(store, { graceMs: 0 })
  const reported: string[] = []
  presence.onChanged(({ person, online }) =>
    reported.push(`${online ? '+' : '-'}${person.username}`),
  )
  await presence.start()
  presence.applyUpdate({
    entered: [{ session: 11, person: { id: 1, username: 'ann' }, since: 1000 }],
    left: [],
    ended: [],
  })
  t.same(presence.names(), ['ann'])
  presence.applyUpdate({ entered: [], left: [99], ended: [] })
  t.same(presence.names(), ['ann'], 'an unknown session changes nothing')
  presence.applyUpdate({ entered: [], left: [11], ended: [] })
  t.same(presence.names(), [])
  t.same(reported, ['+ann', '-ann'])
  await presence.close()
})

t.test('enter resolves only after the update of its write', async (t) => {
  const presence = new Presence(store, { graceMs: 0 })
  await presence.start()
  const account = { id: 1, username: 'ann', createdAt: 0, role: 'member' } as const
  const session = { id: 11, account, createdAt: 0, expiresAt: Number.MAX_SAFE_INTEGER, nonce: 'n' }
  let arrived = false
  const entered = presence.enter(session).then(() => {
    arrived = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.notOk(arrived, 'the write has returned, its update has not arrived')
  presence.applyUpdate({
    entered: [{ session: 11, person: account, since: 1000 }],
    left: [],
    ended: [],
  })
  await entered
  await presence.close()
})
