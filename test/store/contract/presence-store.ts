import type { Test } from 'tap'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { hour, openSession, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

/** The id of no session. */
const unknown = 12_345

export async function presenceStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('keeps present sessions over a restart', async (t) => {
    const fixture = await openFixture(t)
    const before = await fixture.open()
    const ann = await registerUser(before, 'ann')
    const bob = await registerUser(before, 'bob')
    await before.presence.change({ enter: [ann, bob], leave: [] })
    await before.presence.change({ enter: [], leave: [bob.id] })
    await before.close()
    const store = await fixture.open()
    t.teardown(() => store.close())
    t.same(await store.presence.list(), [
      {
        session: ann.id,
        person: { id: ann.account.id, username: 'ann' },
        since: fixture.clock.now(),
      },
    ])
  })

  await t.test('does not add a session twice, nor one that has ended', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const gone = await registerUser(store, 'gone')
    const old = await registerUser(store, 'old', hour)
    await store.presence.change({ enter: [ann], leave: [] })
    const present = await store.presence.list()
    await store.sessions.end(gone.id)
    clock.advance(hour)
    const bob = await registerUser(store, 'bob')
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const enter = [ann, gone, old, bob, bob, { ...ann, id: unknown }]
    await store.presence.change({ enter, leave: [] })
    t.same(
      updates.flatMap(({ entered }) => entered.map(({ session }) => session)),
      [bob.id],
      'only the one that was not present',
    )
    const since = (await store.presence.list()).find(({ session }) => session === ann.id)
    t.same([since], present, '`since` stays the first time')
    await store.presence.change({ enter: [], leave: [bob.id, bob.id, gone.id, unknown] })
    t.same(
      updates.flatMap(({ left }) => left),
      [bob.id],
    )
    t.same(await store.presence.list(), present)
  })

  await t.test('ends the presence of a session with the session', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const phone = await openSession(store, ann.account.id, hour)
    await store.presence.change({ enter: [ann, phone], leave: [] })
    await store.sessions.end(ann.id)
    t.match(await store.presence.list(), [{ session: phone.id }])
    t.equal((await store.presence.list()).length, 1)
  })
}
