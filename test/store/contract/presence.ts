import type { Test } from 'tap'
import { type OpenSite, openOne } from '../contract.ts'
import { hour, join } from '../people.ts'

export async function presenceContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('remembers who is present, also over a restart', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await join(before, 'ann')
    const bob = await join(before, 'bob')
    await before.changePresence({ enter: [ann.id, bob.id], leave: [] })
    await before.changePresence({ enter: [], leave: [bob.id] })
    await before.close()
    const store = await site.open()
    t.teardown(() => store.close())
    t.same(await store.present(), [
      {
        session: ann.id,
        person: { id: ann.account.id, username: 'ann' },
        since: site.clock.now(),
      },
    ])
  })

  await t.test('lets nobody enter twice or with a session that has ended', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const gone = await join(store, 'gone')
    const old = await join(store, 'old', hour)
    await store.changePresence({ enter: [ann.id], leave: [] })
    const present = await store.present()
    await store.endSession(gone.id)
    clock.pass(hour)
    await store.changePresence({ enter: [ann.id, gone.id, old.id], leave: [] })
    t.same(await store.present(), present, 'since stays the first time')
  })

  await t.test('ends the presence of a session with it', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const phone = await store.openSession(ann.account.id, hour)
    await store.changePresence({ enter: [ann.id, phone.id], leave: [] })
    await store.endSession(ann.id)
    t.match(await store.present(), [{ session: phone.id }])
    t.equal((await store.present()).length, 1)
  })
}
