import t from 'tap'
import { OwnSessions } from '../../src/chat/own-sessions.ts'
import { Sessions } from '../../src/chat/sessions.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { refusalOf } from '../support/refusal.ts'

const times = { ttlMs: 60_000, maxMs: 90_000 }

function open() {
  const store = new MemoryStore()
  const sessions = new Sessions(store)
  const uses = new Map<number, number>()
  const activity = { lastUse: (session: number) => uses.get(session) }
  return { store, sessions, uses, own: new OwnSessions({ store, sessions, activity, ...times }) }
}

t.test('people see their sessions, the one that was used last first', async (t) => {
  const { store, own, uses } = open()
  const ann = await store.join('ann')
  await store.join('bob')
  const client = { address: '192.0.2.7', userAgent: 'curl/8' }
  const other = await store.sessions.open(ann.account.id, 60_000, client)
  await store.sessions.noteUse([{ session: other.id, at: ann.createdAt + 5 }])
  const [first, second] = await own.list(ann)
  t.match(first, { id: other.id, current: false, lastSeenAt: ann.createdAt + 5, ...client })
  t.match(second, { id: ann.id, current: true, lastSeenAt: ann.createdAt })
  uses.set(ann.id, ann.createdAt + 9)
  t.match(await own.list(ann), [{ id: ann.id, lastSeenAt: ann.createdAt + 9 }, { id: other.id }])
})

t.test('people end one of their sessions, or all others', async (t) => {
  const { store, sessions, own } = open()
  const [ann, bob] = [await store.join('ann'), await store.join('bob')]
  const opened = [1, 2, 3].map(() => store.sessions.open(ann.account.id, 60_000))
  const [second, third] = await Promise.all(opened)
  if (!second || !third) throw new Error('nothing was opened')
  await sessions.find(second.id)
  await own.end(ann, second.id)
  t.match(await refusalOf(() => sessions.find(second.id)), { code: 'unauthorized' })
  t.match(await refusalOf(() => own.end(ann, second.id)), { code: 'not-found' })
  t.match(await refusalOf(() => own.end(ann, bob.id)), { code: 'not-found' }, 'of nobody else')
  await own.endOthers(ann)
  t.same(
    (await own.list(ann)).map(({ id }) => id),
    [ann.id],
  )
  t.match(await refusalOf(() => own.endOthers(third)), { code: 'unauthorized' })
  await own.endOthers(ann)
})

t.test('a session is renewed, but not beyond its longest life', async (t) => {
  const { store, sessions, own } = open()
  const ann = await store.join('ann', 60_000)
  await sessions.find(ann.id)
  for (const [ms, lives] of [
    [20_000, 80_000],
    [30_000, 90_000],
    [79_000, 90_000],
  ] as const) {
    store.now = () => ann.createdAt + ms
    const renewed = await own.renew(ann)
    t.same(renewed, { ...ann, expiresAt: ann.createdAt + lives })
    t.same(await sessions.find(ann.id), renewed, 'what is cached is not older')
  }
  t.same(await sessions.refresh(ann), { ...ann, expiresAt: ann.createdAt + 90_000 })
  await sessions.end(ann)
  t.match(await refusalOf(() => own.renew(ann)), { code: 'unauthorized' })
})
