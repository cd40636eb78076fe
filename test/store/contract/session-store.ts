import type { Test } from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { hour, openSession, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function sessionStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('opens sessions whose times are whole seconds', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    clock.advance(250)
    const { account } = await registerUser(store, 'ann')
    const session = await openSession(store, account.id, hour)
    t.same(session, {
      id: session.id,
      account,
      createdAt: clock.now() - 250,
      expiresAt: clock.now() - 250 + hour,
    })
    t.same(await store.sessions.find(session.id), session)
    t.equal(await store.sessions.find(session.id + 1), undefined)
  })

  await t.test('returns a session until it is ended or expires', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', 2 * hour)
    const second = await openSession(store, first.account.id, hour)
    const third = await openSession(store, first.account.id, hour)
    t.equal(await store.sessions.end(third.id), true)
    t.equal(await store.sessions.find(third.id), undefined)
    t.equal(await store.sessions.end(third.id), false, 'no longer alive')
    clock.advance(hour - 1)
    t.same(await store.sessions.find(second.id), second)
    clock.advance(1)
    t.equal(await store.sessions.find(second.id), undefined, 'expired')
    t.equal(await store.sessions.end(second.id), false)
    t.same(await store.sessions.find(first.id), first, 'other sessions are not affected')
  })

  await t.test('lists the sessions that are alive and expire last', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const first = await registerUser(store, 'ann', hour)
    const second = await openSession(store, first.account.id, 3 * hour)
    const third = await registerUser(store, 'bob', 2 * hour)
    await store.sessions.end((await openSession(store, first.account.id, 4 * hour)).id)
    t.same(await store.sessions.newest(9), [second, third, first])
    t.same(await store.sessions.newest(2), [second, third])
    clock.advance(hour)
    t.same(await store.sessions.newest(9), [second, third])
  })

  await t.test(
    'for the 101st session of an account, ends the oldest that is not present',
    async (t) => {
      const { store, clock } = await openStore(t, openFixture)
      const first = await registerUser(store, 'ann')
      const bob = await registerUser(store, 'bob')
      await store.presence.change({ enter: [first], leave: [] })
      const open = async () => {
        clock.advance(1000)
        return openSession(store, first.account.id, hour)
      }
      const opened: Session[] = []
      while (opened.length < 99) opened.push(await open())
      const [second, third, fourth] = opened as [Session, Session, Session]
      t.same(await store.sessions.find(second.id), second, 'a hundred may exist')
      await store.presence.change({ enter: [third], leave: [] })
      let updates: StoreUpdate[] = []
      store.subscribe(updateListener((update) => updates.push(update)))
      const newest = await open()
      t.match(updates, [{ ended: [second.id], left: [], entered: [], entries: [] }])
      t.equal(await store.sessions.find(second.id), undefined)
      updates = []
      await Promise.all([open(), open()])
      const ended = updates.flatMap(({ ended }) => ended)
      t.same(
        ended,
        [fourth.id, opened[3]?.id],
        'calls at the same time take effect one after the other',
      )
      for (const kept of [first, third, opened[4] as Session, newest, bob])
        t.same(await store.sessions.find(kept.id), kept)
      t.equal((await store.sessions.newest(1000)).length, 101)

      await store.presence.change({ enter: await store.sessions.newest(1000), leave: [] })
      updates = []
      await open()
      const last = {
        ended: updates.flatMap(({ ended }) => ended),
        left: updates.flatMap(({ left }) => left),
      }
      t.same(
        last,
        { ended: [first.id], left: [first.id] },
        'where all are present, the oldest of all',
      )
    },
  )

  await t.test('gives no session id twice, also after the store went back', async (t) => {
    const fixture = await openFixture(t)
    let store = await fixture.open()
    const ann = await registerUser(store, 'ann')
    await registerUser(store, 'bob')
    await store.close()
    await fixture.takeSnapshot()
    store = await fixture.open()
    const lost = await openSession(store, ann.account.id, hour)
    await store.close()
    await fixture.restoreSnapshot()
    store = await fixture.open()
    t.teardown(() => store.close())
    await registerUser(store, 'cid')
    t.equal(await store.sessions.find(lost.id), undefined)
  })
}
