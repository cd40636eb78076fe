import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { open, session } from './support/presence.ts'

t.test(
  'a session with a stream here is entered here, even if another node has entered it',
  async (t) => {
    const { presence, store, reported } = await open({ graceMs: 600_000 })
    store.enterElsewhere(11)
    await presence.enter(session(11))
    t.same(store.changes, [{ enter: [11], leave: [] }])
    t.same(reported, ['+ann'])
    await presence.close()
  },
)

t.test('sessions that the database lost are entered again', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 600_000 })
  await presence.enter(session(11))
  await presence.enter(session(21))
  presence.leave(21)
  store.enterElsewhere(31)
  store.rows.clear()
  store.changes = []
  presence.renew()
  for (const id of [11, 21, 31]) store.drop(id)
  while (store.changes.length === 0) await pause(1)
  t.same(store.changes, [{ enter: [11, 21], leave: [] }])
  store.enterElsewhere(31)
  t.same(reported, ['+ann', '+bob', '+Cid'], 'nobody has left, whichever node had entered them')
  await presence.close()
})

t.test('a session that nobody enters again within the grace period has left', async (t) => {
  const { presence, store, reported, untilReported } = await open({ graceMs: 30 })
  await presence.enter(session(11))
  store.enterElsewhere(21)
  store.enterElsewhere(31, false)
  presence.renew()
  store.drop(21)
  t.same(reported, ['+ann', '+bob'])
  store.away = true
  await pause(60)
  t.same(reported, ['+ann', '+bob'], 'nobody leaves while the store is unavailable')
  store.away = false
  await untilReported('-bob')
  t.same(
    reported,
    ['+ann', '+bob', '+Cid', '-bob'],
    'a session that came without a report is there',
  )
  await presence.close()
})

t.test('close ends the pings of an unavailable store', async (t) => {
  const { presence, store } = await open({ graceMs: 0 })
  store.away = true
  presence.renew()
  await pause(5)
  let release = () => {}
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  store.presence.list = async () => {
    ask()
    await new Promise<void>((resolve) => {
      release = resolve
    })
    throw new Error('away')
  }
  await asked
  await presence.close()
  presence.renew()
  release()
  await pause(10)
  t.same(presence.names(), [])
})

t.test('a session with a stream here stays online when another node removes it', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 10 })
  await presence.enter(session(11))
  store.drop(11)
  while (!store.rows.has(11)) await pause(1)
  t.same(reported, ['+ann'])
  await presence.close()
})

t.test('a session removed during its grace period comes back as new', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 600_000 })
  await presence.enter(session(11))
  presence.leave(11)
  store.drop(11)
  t.same(reported, ['+ann', '-ann'])
  await presence.enter(session(11))
  t.same(reported, ['+ann', '-ann', '+ann'])
  await presence.close()
})

t.test('a session that could not be entered again leaves with its last stream', async (t) => {
  const { presence, store, reported, untilReported } = await open({ graceMs: 5 })
  await presence.enter(session(11))
  store.ended.add(11)
  store.drop(11)
  while (store.changes.length === 1) await pause(1)
  t.same(reported, ['+ann'])
  presence.leave(11)
  await untilReported('-ann')
  await presence.close()
})

t.test('a lost session leaves at once', async (t) => {
  const { presence, reported } = await open()
  await presence.enter(session(11))
  presence.sessionEnded(11)
  t.same(reported, ['+ann', '-ann'])
  await presence.close()
})

t.test(
  'grace periods stop while the store is unavailable, and start again afterwards',
  async (t) => {
    const { presence, store, reported, untilReported } = await open({ graceMs: 20 })
    await presence.enter(session(11))
    await presence.enter(session(21))
    presence.leave(21)
    store.changes = []
    presence.pause()
    presence.leave(11)
    await pause(60)
    t.same(store.changes, [])
    presence.renew()
    t.same(reported, ['+ann', '+bob'])
    await presence.enter(session(11))
    await untilReported('-bob')
    t.same(reported, ['+ann', '+bob', '-bob'])
    await presence.close()
  },
)

t.test('a disconnected store is not pinged', async (t) => {
  const { presence, store } = await open({ graceMs: 600_000 })
  store.away = true
  presence.enter(session(11))
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open_ } = Promise.withResolvers<void>()
  let pings = 0
  store.ping = async () => {
    pings++
    ask()
    await gate
  }
  await asked
  presence.pause()
  open_()
  await pause(20)
  t.equal(pings, 1)
  t.equal(store.changes.length, 1)
  store.away = false
  presence.renew()
  while (!store.rows.has(11)) await pause(1)
  await presence.close()
})

t.test('a write that fails after a disconnect is repeated after the reconnect', async (t) => {
  const { presence, store } = await open({ graceMs: 600_000 })
  let release = () => {}
  store.held = new Promise((resolve) => {
    release = resolve
  })
  store.away = true
  presence.enter(session(11))
  while (store.changes.length === 0) await pause(1)
  presence.pause()
  release()
  await pause(20)
  t.equal(store.changes.length, 1)
  store.away = false
  presence.renew()
  while (!store.rows.has(11)) await pause(1)
  await presence.close()
})

t.test('a list that may be outdated is read from the store', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 600_000 })
  await presence.enter(session(11))
  store.enterElsewhere(21)
  store.rows.delete(21)
  store.enterElsewhere(31, false)
  const names = async () => (await presence.list({ limit: 9 })).users.map((one) => one.username)
  t.same(await names(), ['ann', 'bob'], 'an up-to-date list is not read again')
  t.same([presence.isOnline(2), presence.isOnline(3)], [true, false])
  store.isUpToDate = false
  t.same(await Promise.all([names(), names()]), [
    ['ann', 'Cid'],
    ['ann', 'Cid'],
  ])
  t.same(reported, ['+ann', '+bob', '+Cid', '-bob'])
  t.same(await presence.onlineAmong([3, 2, 1, 9]), new Set([3, 1]))
  store.away = true
  await t.rejects(presence.list({ limit: 9 }), { code: 'unavailable' })
  await t.rejects(presence.onlineAmong([1]), { code: 'unavailable' })
  await presence.close()
})

t.test('a session is entered again on a node that may be behind', async (t) => {
  const { presence, store } = await open({ graceMs: 600_000 })
  await presence.enter(session(11))
  store.isUpToDate = false
  await presence.enter(session(11))
  t.equal(store.changes.length, 2, 'so that the list in `ready` is up to date')
  await presence.close()
})

t.test('updates that arrive while the store is asked are newer than its answer', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 600_000 })
  store.enterElsewhere(11)
  store.enterElsewhere(41)
  store.isUpToDate = false
  const { promise: gate, resolve: answer } = Promise.withResolvers<void>()
  const { list } = store.presence
  store.presence.list = async () => {
    const rows = await list()
    await gate
    return rows
  }
  const listed = presence.list({ limit: 9 })
  await pause(1)
  store.enterElsewhere(21)
  store.drop(11)
  store.end(41)
  answer()
  t.equal((await listed).count, 1)
  t.same(presence.names(), ['bob'])
  t.same(reported, ['+ann', '+dan', '+bob', '-ann', '-dan'])
  await presence.close()
})
