import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { open, session } from './support/presence.ts'

t.test('a person with a stream is online once the store has it', async (t) => {
  const { presence, store } = await open()
  await presence.enter(session(11))
  t.same(presence.names(), ['ann'])
  t.ok(store.rows.has(11))
  await presence.close()
})

t.test('people who enter in one turn are stored in one write', async (t) => {
  const { presence, store } = await open()
  await Promise.all([presence.enter(session(11)), presence.enter(session(21))])
  t.same(store.changes, [{ enter: [11, 21], leave: [] }])
  await presence.close()
})

t.test('people who enter during and shortly after a write are stored in one write', async (t) => {
  const { presence, store } = await open({ minIntervalMs: 200 })
  await presence.enter(session(11))
  const entered = presence.enter(session(21))
  await pause(1)
  await Promise.all([entered, presence.enter(session(31))])
  t.same(store.changes, [
    { enter: [11], leave: [] },
    { enter: [21, 31], leave: [] },
  ])
  await presence.close()
})

t.test('the list is in the order of names, in pages', async (t) => {
  const { presence } = await open()
  for (const id of [41, 31, 11, 21]) await presence.enter(session(id))
  t.same(presence.names(), ['ann', 'bob', 'Cid', 'dan'])
  t.same(await presence.list({ limit: 2 }), {
    users: [
      { username: 'ann', since: 1011 },
      { username: 'bob', since: 1021 },
    ],
    count: 4,
    more: true,
  })
  t.same(
    (await presence.list({ after: 'BOB', limit: 2 })).users.map(({ username }) => username),
    ['Cid', 'dan'],
  )
  t.same(
    (await presence.list({ after: 'bobby', limit: 9 })).users.length,
    2,
    'after a name not online',
  )
  t.same(await presence.list({ after: 'dan', limit: 2 }), { users: [], count: 4, more: false })
  await presence.close()
})

t.test('a person who comes back within the grace period has not left', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 600_000 })
  await presence.enter(session(11))
  presence.leave(11)
  await presence.enter(session(11))
  t.same(reported, ['+ann'])
  t.equal(store.changes.length, 1)
  await presence.close()
})

t.test('a person leaves at the end of the grace period', async (t) => {
  const { presence, store, reported, untilReported } = await open()
  await presence.enter(session(11))
  presence.leave(11)
  await untilReported('-ann')
  t.same(reported, ['+ann', '-ann'])
  t.same([...store.rows], [])
  t.equal(presence.count, 0)
  await presence.close()
})

t.test('two streams and two sessions are one person', async (t) => {
  const { presence, reported, untilReported } = await open()
  await presence.enter(session(11))
  await presence.enter(session(11))
  await presence.enter(session(12))
  presence.leave(11)
  presence.leave(12)
  await pause(60)
  t.same(reported, ['+ann'], 'one stream is still open')
  presence.leave(11)
  await untilReported('-ann')
  t.same(reported, ['+ann', '-ann'])
  await presence.close()
})

t.test(
  'a person whose session ends leaves at once, unless another session is online',
  async (t) => {
    const { presence, store, reported } = await open({ graceMs: 600_000 })
    await presence.enter(session(11))
    await presence.enter(session(12))
    store.end(11)
    t.same(reported, ['+ann'])
    presence.leave(11)
    store.end(12)
    t.same(reported, ['+ann', '-ann'])
    presence.leave(12)
    presence.leave(12)
    t.equal(presence.count, 0)
    await presence.close()
  },
)

t.test('an ended session does not enter', async (t) => {
  const { presence, store } = await open({ graceMs: 1 })
  store.end(11)
  presence.enter(session(11))
  presence.leave(11)
  presence.enter(session(21))
  await presence.enter(session(31))
  t.same(presence.names(), ['bob', 'Cid'])
  await presence.close()
})

t.test('nobody leaves by a restart, and grace periods start again', async (t) => {
  const { presence, reported, untilReported } = await open({ rows: [11, 21], graceMs: 30 })
  t.same(presence.names(), ['ann', 'bob'])
  await presence.enter(session(11))
  await untilReported('-bob')
  t.same(reported, ['+ann', '+bob', '-bob'])
  await presence.close()
})

t.test('a person who comes back while their departure is written enters again', async (t) => {
  const { presence, store, reported } = await open({ graceMs: 1 })
  await presence.enter(session(11))
  let release = () => {}
  store.held = new Promise((resolve) => {
    release = resolve
  })
  presence.leave(11)
  while (store.changes.length < 2) await pause(1)
  const back = presence.enter(session(11))
  release()
  await back
  t.same(reported, ['+ann', '-ann', '+ann'])
  t.same(presence.names(), ['ann'])
  await presence.close()
})

t.test(
  'nobody leaves while the store is unavailable, and grace periods start again afterwards',
  async (t) => {
    const { presence, store, reported, untilReported } = await open({ graceMs: 10 })
    await presence.enter(session(11))
    await presence.enter(session(21))
    store.away = true
    presence.leave(21)
    const entered = presence.enter(session(31))
    while (store.changes.length < 3) await pause(1)
    await pause(60)
    t.same(reported, ['+ann', '+bob'])
    const away = store.changes.length
    store.away = false
    await entered
    t.ok(store.changes.length > away)
    t.notOk(
      store.changes.slice(away, away + 1).some(({ leave }) => leave.length > 0),
      'leaving waits for a new grace',
    )
    await untilReported('-bob')
    t.same(reported, ['+ann', '+bob', '+Cid', '-bob'])
    await presence.close()
  },
)

t.test('close ends the retries of an unavailable store', async (t) => {
  const { presence, store } = await open()
  store.away = true
  presence.enter(session(11))
  while (store.changes.length < 1) await pause(1)
  await presence.close()
  const changes = store.changes.length
  presence.enter(session(21))
  presence.leave(21)
  await pause(30)
  t.equal(store.changes.length, changes)
})

t.test('a session has a stream here until the last one closes', async (t) => {
  const { presence } = await open()
  const withStreams = () => [...presence.sessionsWithStreams()]
  t.same(withStreams(), [])
  await Promise.all([11, 11, 21].map((id) => presence.enter(session(id))))
  t.same(withStreams(), [11, 21])
  presence.leave(11)
  presence.leave(21)
  t.same(withStreams(), [11])
  await presence.close()
})
