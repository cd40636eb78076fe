import { once } from 'node:events'
import t from 'tap'
import { SessionActivity, type SessionActivityOptions } from '../../src/chat/session-activity.ts'
import { Unavailable } from '../../src/store/store-errors.ts'
import { MemoryStore } from '../support/memory-store.ts'

/** With an interval that no test waits for. */
function open(options: Partial<SessionActivityOptions> = {}) {
  const store = new MemoryStore()
  const activity = new SessionActivity(store, {
    withStreams: () => [],
    intervalMs: 3_600_000,
    ...options,
  })
  t.teardown(() => activity.close())
  const writes = () => store.calls.filter((call) => call === 'noteUse').length
  return { store, activity, writes }
}

async function lastSeenAt(store: MemoryStore, account: number): Promise<number | undefined> {
  return (await store.sessions.ofAccount(account))[0]?.lastSeenAt
}

t.test('many uses of a session are one write', async (t) => {
  const { store, activity, writes } = open()
  const ann = await store.join('ann')
  for (const ms of [1, 2, 3]) {
    store.now = () => ann.createdAt + ms
    activity.note(ann.id)
  }
  t.equal(writes(), 0, 'a request writes nothing')
  t.equal(activity.lastUse(ann.id), ann.createdAt + 3)
  await activity.flush()
  t.equal(writes(), 1)
  t.equal(await lastSeenAt(store, ann.account.id), ann.createdAt + 3)
  t.equal(activity.lastUse(ann.id), undefined)
  await activity.flush()
  t.equal(writes(), 1, 'without a use nothing is written')
})

t.test('an open stream is use', async (t) => {
  const store = new MemoryStore()
  const ann = await store.join('ann')
  const activity = new SessionActivity(store, { withStreams: () => [ann.id] })
  store.now = () => ann.createdAt + 9
  await activity.close()
  t.equal(await lastSeenAt(store, ann.account.id), ann.createdAt + 9, 'also when a server stops')
})

t.test('it is written again and again', async (t) => {
  const { store, activity } = open({ intervalMs: 1 })
  const ann = await store.join('ann')
  for (const ms of [5, 6]) {
    store.now = () => ann.createdAt + ms
    activity.note(ann.id)
    while ((await lastSeenAt(store, ann.account.id)) !== ann.createdAt + ms)
      await once(AbortSignal.timeout(1), 'abort')
  }
  t.pass()
})

t.test('thousands of sessions are written in several transactions', async (t) => {
  const { activity, writes } = open({ maxSessions: 1_001 })
  for (let session = 1; session <= 2_000; session++) activity.note(session)
  activity.note(1)
  t.equal(activity.lastUse(1_002), undefined, 'past the bound no further session is noted')
  await activity.flush()
  t.equal(writes(), 3)
})

t.test('what cannot be written is given up', async (t) => {
  const { store, activity, writes } = open()
  const ann = await store.join('ann')
  store.failure = new Unavailable('away')
  activity.note(ann.id)
  await activity.flush()
  store.failure = undefined
  await activity.flush()
  t.equal(writes(), 1)
})
