import t from 'tap'
import { Sessions } from '../../src/chat/sessions.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

function lookUps(store: MemoryStore): number {
  return store.calls.filter((call) => call === 'find').length
}

t.test('a session is found until it ends', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const opened = await store.join('ann')
  t.same(await sessions.find(opened.id), opened)
  await sessions.end(opened)
  t.match(await refusalOf(() => sessions.find(opened.id)), { code: 'unauthorized' })
  await sessions.end(opened)
})

t.test('simultaneous look-ups ask the store once', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  await Promise.all(Array.from({ length: 10 }, () => sessions.find(ann.id)))
  await sessions.find(ann.id)
  t.equal(lookUps(store), 1)
})

t.test('a session is cached from its first look-up until it ends', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  t.notOk(sessions.isCached(ann))
  t.ok(sessions.isCached(await sessions.find(ann.id)))
  sessions.invalidate([ann.id])
  t.notOk(sessions.isCached(ann))
})

t.test('start caches the newest sessions', async (t) => {
  const store = new MemoryStore()
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  const sessions = new Sessions(store)
  await sessions.start()
  t.same(await sessions.find(ann.id), ann)
  t.same(await sessions.find(bob.id), bob)
  t.equal(lookUps(store), 0)
})

t.test('of the sessions cached by start, the first to expire is dropped first', async (t) => {
  const store = new MemoryStore()
  const [last, first] = [await store.join('ann', 9_000), await store.join('bob', 1_000)]
  const sessions = new Sessions(store, { maxCached: 2 })
  await sessions.start()
  await sessions.find((await store.join('cid')).id)
  t.equal(lookUps(store), 1)
  await sessions.find(last.id)
  t.equal(lookUps(store), 1)
  await sessions.find(first.id)
  t.equal(lookUps(store), 2)
})

t.test('a session that ends during start is not cached', async (t) => {
  const store = new MemoryStore()
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  const sessions = new Sessions(store)
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const started = sessions.start()
  sessions.invalidate([ann.id])
  answerNow()
  await started
  await sessions.find(bob.id)
  t.equal(lookUps(store), 0)
  await sessions.find(ann.id)
  t.equal(lookUps(store), 1, 'the store was asked')
})

t.test('nothing is cached if the store diverges during start', async (t) => {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  const sessions = new Sessions(store)
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const started = sessions.start()
  sessions.invalidateAll()
  answerNow()
  await started
  await sessions.find(ann.id)
  t.equal(lookUps(store), 1, 'the store was asked')
})

t.test('an unknown session is looked up each time', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  t.match(await refusalOf(() => sessions.find(7)), { code: 'unauthorized' })
  t.match(await refusalOf(() => sessions.find(7)), { code: 'unauthorized' })
  t.equal(lookUps(store), 2)
})

t.test('a cached session ends when it expires', async (t) => {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  const sessions = new Sessions(store)
  await sessions.find(ann.id)
  store.now = () => ann.expiresAt - 1
  t.same(await sessions.find(ann.id), ann)
  store.now = () => ann.expiresAt
  t.match(await refusalOf(() => sessions.find(ann.id)), { code: 'unauthorized' })
})

t.test(
  'an id that was given out again after its session expired belongs to the new session',
  async (t) => {
    const store = new MemoryStore()
    const ann = await store.join('ann')
    const sessions = new Sessions(store)
    await sessions.find(ann.id)
    const again = { ...(await store.join('bob')), id: ann.id, expiresAt: ann.expiresAt + 60_000 }
    store.sessions.find = async () => again
    store.now = () => ann.expiresAt
    t.same(await sessions.find(ann.id), again)
  },
)

t.test('a session that ended on another node is dropped at once', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  const bob = await store.join('bob')
  await Promise.all([sessions.find(ann.id), sessions.find(bob.id)])
  await store.sessions.end(ann.id)
  sessions.invalidate([ann.id, 99])
  t.match(await refusalOf(() => sessions.find(ann.id)), { code: 'unauthorized' })
  t.same(await sessions.find(bob.id), bob)
  t.equal(lookUps(store), 3)
})

t.test('a session that ends during its look-up is not cached', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const early = refusalOf(() => sessions.find(ann.id))
  const ending = store.sessions.end(ann.id)
  sessions.invalidate([ann.id])
  const late = refusalOf(() => sessions.find(ann.id))
  answerNow()
  await ending
  t.match(await early, { code: 'unauthorized' })
  t.match(await late, { code: 'unauthorized' })
  t.match(await refusalOf(() => sessions.find(ann.id)), { code: 'unauthorized' })
})

t.test('beyond the limit, the least recently used session is looked up again', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store, { maxCached: 2 })
  const [ann, bob, cid] = [
    await store.join('ann'),
    await store.join('bob'),
    await store.join('cid'),
  ]
  for (const { id } of [ann, bob, ann, cid, cid, ann]) await sessions.find(id)
  t.equal(lookUps(store), 3)
  await sessions.find(bob.id)
  t.equal(lookUps(store), 4)
})

t.test('only cached sessions are found while the store is unavailable', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  const bob = await store.join('bob')
  await sessions.find(ann.id)
  store.failure = new Unavailable('away')
  t.same(await sessions.find(ann.id), ann)
  t.match(await refusalOf(() => sessions.find(bob.id)), { code: 'unavailable', retryAfter: 2 })
  store.failure = undefined
  t.same(await sessions.find(bob.id), bob, 'a failed look-up is not cached')
})

t.test('a session is looked up again if the outcome of its end is unknown', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  await sessions.find(ann.id)
  store.failure = new OutcomeUnknown('lost')
  t.match(await refusalOf(() => sessions.end(ann)), { code: 'outcome-unknown', retryAfter: 2 })
  store.failure = undefined
  await sessions.find(ann.id)
  t.equal(lookUps(store), 2)
})

t.test('the store is asked each time while it is not up to date', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  await sessions.find(ann.id)
  await store.sessions.end(ann.id)
  t.same(await sessions.find(ann.id), ann, 'while its end would have been reported')
  store.isUpToDate = false
  t.match(await refusalOf(() => sessions.find(ann.id)), { code: 'unauthorized' })
  t.equal(lookUps(store), 2)
})

t.test('an answer from before the process was suspended is not used', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const found = refusalOf(() => sessions.find(ann.id))
  const ending = store.sessions.end(ann.id)
  store.isUpToDate = false
  answerNow()
  await ending
  t.match(await found, { code: 'unauthorized' })
})

t.test('a session is valid while the store has the same session', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const ann = await store.join('ann')
  t.equal(await sessions.isValid(ann), true)
  t.equal(await sessions.isValid(ann), true)
  t.equal(lookUps(store), 1, 'it is cached')
  for (const other of [
    { ...ann, account: { ...ann.account, id: 9 } },
    { ...ann, account: { ...ann.account, username: 'bob' } },
    { ...ann, createdAt: 1 },
    { ...ann, nonce: 'another' },
  ])
    t.equal(await sessions.isValid(other), false)
  await sessions.end(ann)
  t.equal(await sessions.isValid(ann), false)
  store.failure = new Unavailable('away')
  await t.rejects(sessions.isValid(ann), store.failure)
})

t.test('the sessions of an account that has changed are looked up again', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  await Promise.all([sessions.find(ann.id), sessions.find(bob.id)])
  sessions.invalidateAccounts([])
  sessions.invalidateAccounts([ann.account.id, 99])
  await Promise.all([sessions.find(ann.id), sessions.find(bob.id)])
  t.equal(lookUps(store), 3)
  sessions.invalidate([ann.id])
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const found = sessions.find(ann.id)
  sessions.invalidateAccounts([ann.account.id])
  answerNow()
  await found
  t.equal(lookUps(store), 5, 'also while one is looked up')
})

t.test('all sessions are looked up again after a divergence', async (t) => {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  await sessions.find(ann.id)
  const { promise, resolve: answerNow } = Promise.withResolvers<void>()
  store.gate = promise
  const early = refusalOf(() => sessions.find(bob.id))
  await Promise.all([
    store.sessions.end(ann.id),
    store.sessions.end(bob.id),
    sessions.invalidateAll(),
    answerNow(),
  ])
  t.match(await early, { code: 'unauthorized' })
  t.match(await refusalOf(() => sessions.find(ann.id)), { code: 'unauthorized' })
})
