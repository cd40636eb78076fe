import type { Test } from 'tap'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { hour, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'

/** No session has it. */
const unknown = 12_345

export async function presenceContract(t: Test, openSite: OpenFixture): Promise<void> {
  await t.test('remembers who is present, also over a restart', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await registerUser(before, 'ann')
    const bob = await registerUser(before, 'bob')
    await before.changePresence({ enter: [ann, bob], leave: [] })
    await before.changePresence({ enter: [], leave: [bob.id] })
    await before.close()
    const store = await site.open()
    t.teardown(() => store.close())
    t.same(await store.presentSessions(), [
      {
        session: ann.id,
        person: { id: ann.account.id, username: 'ann' },
        since: site.clock.now(),
      },
    ])
  })

  await t.test('lets nobody enter twice or with a session that has ended', async (t) => {
    const { store, clock } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann')
    const gone = await registerUser(store, 'gone')
    const old = await registerUser(store, 'old', hour)
    await store.changePresence({ enter: [ann], leave: [] })
    const present = await store.presentSessions()
    await store.endSession(gone.id)
    clock.advance(hour)
    const bob = await registerUser(store, 'bob')
    const told: StoreUpdate[] = []
    store.subscribe(updateListener((news) => told.push(news)))
    const asked = [ann, gone, old, bob, bob, { ...ann, id: unknown }]
    await store.changePresence({ enter: asked, leave: [] })
    t.same(
      told.flatMap(({ entered }) => entered.map(({ session }) => session)),
      [bob.id],
      'who was not there before',
    )
    const since = (await store.presentSessions()).find(({ session }) => session === ann.id)
    t.same([since], present, 'since stays the first time')
    await store.changePresence({ enter: [], leave: [bob.id, bob.id, gone.id, unknown] })
    t.same(
      told.flatMap(({ left }) => left),
      [bob.id],
    )
    t.same(await store.presentSessions(), present)
  })

  await t.test('ends the presence of a session with it', async (t) => {
    const { store } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann')
    const phone = await store.openSession(ann.account.id, hour)
    await store.changePresence({ enter: [ann, phone], leave: [] })
    await store.endSession(ann.id)
    t.match(await store.presentSessions(), [{ session: phone.id }])
    t.equal((await store.presentSessions()).length, 1)
  })
}
