import t, { type Test } from 'tap'
import { openSqliteStore } from '../../../src/store/sqlite/store.ts'
import type { Draft, Session, Store } from '../../../src/store/store.ts'

/** A store that is opened again, so that what is there is read ahead. */
async function reopened(t: Test, prepare: (store: Store) => Promise<unknown>) {
  let now = 1_000_000
  const open = () => openSqliteStore({ folder, onFatal: t.fail, now: () => now })
  const folder = t.testdir()
  const before = await open()
  await prepare(before)
  await before.close()
  const store = await open()
  t.teardown(() => store.close())
  return {
    store,
    pass(ms: number) {
      now += ms
    },
  }
}

async function register(store: Store, username: string): Promise<Session> {
  const account = { username, key: username, passwordHash: 'x' }
  return (await store.register(account, 3_600_000)) as Session
}

const direct = ({ id }: Session, key: string): Draft => ({
  session: id,
  to: { key, whenOffline: 'keep' },
  text: 'hi',
  idempotency: null,
})

t.test('a session from before is known until it ends or is past its end', async (t) => {
  const sessions: Session[] = []
  const { store, pass } = await reopened(t, async (store) => {
    for (const name of ['ann', 'bob']) sessions.push(await register(store, name))
  })
  const [ann, bob] = sessions as [Session, Session]
  t.same(await store.session(ann.id), ann)
  t.same(await store.session(ann.id), ann, 'also when it is asked for again')
  await store.endSession(ann.id)
  t.equal(await store.session(ann.id), undefined)
  t.same(await store.session(bob.id), bob)
  pass(3_600_000)
  t.equal(await store.session(bob.id), undefined)
})

t.test('what waits for a person is found, whether it came before or since', async (t) => {
  const sessions: Session[] = []
  const { store } = await reopened(t, async (store) => {
    for (const name of ['ann', 'bob', 'cy']) sessions.push(await register(store, name))
    await store.append([direct(sessions[0] as Session, 'bob')], 'before')
  })
  const [ann, bob, cy] = sessions as [Session, Session, Session]
  const waiting = async ({ account }: Session) => {
    const { after, upTo } = await store.unreached(account.id)
    return [after, upTo]
  }
  t.same(await waiting(bob), [0, 1])
  t.same(await waiting(cy), [1, 1], 'nothing')
  await store.append([direct(ann, 'cy'), direct(ann, 'bob')], 'since')
  t.same(await waiting(cy), [1, 3])
  t.same(await waiting(ann), [3, 3], 'what one said oneself does not wait')
  await store.close()
  await t.rejects(store.unreached(ann.account.id), { name: 'Unavailable' })
  await t.rejects(store.session(ann.id), { name: 'Unavailable' })
  await t.rejects(store.place({ id: 3, epoch: null }), { name: 'Unavailable' })
})
