import type { Test } from 'tap'
import type { News } from '../../../src/store/store.ts'
import { hears } from '../../support/hears.ts'
import { type OpenSite, openOne } from '../contract.ts'
import { hour, join } from '../people.ts'

/** No session has it. */
const unknown = 12_345

export async function presenceContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('remembers who is present, also over a restart', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await join(before, 'ann')
    const bob = await join(before, 'bob')
    await before.changePresence({ enter: [ann, bob], leave: [] })
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
    await store.changePresence({ enter: [ann], leave: [] })
    const present = await store.present()
    await store.endSession(gone.id)
    clock.pass(hour)
    const bob = await join(store, 'bob')
    const told: News[] = []
    store.follow(hears((news) => told.push(news)))
    const asked = [ann, gone, old, bob, bob, { ...ann, id: unknown }]
    await store.changePresence({ enter: asked, leave: [] })
    t.same(
      told.flatMap(({ entered }) => entered.map(({ session }) => session)),
      [bob.id],
      'who was not there before',
    )
    const since = (await store.present()).find(({ session }) => session === ann.id)
    t.same([since], present, 'since stays the first time')
    await store.changePresence({ enter: [], leave: [bob.id, bob.id, gone.id, unknown] })
    t.same(
      told.flatMap(({ left }) => left),
      [bob.id],
    )
    t.same(await store.present(), present)
  })

  await t.test('ends the presence of a session with it', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const phone = await store.openSession(ann.account.id, hour)
    await store.changePresence({ enter: [ann, phone], leave: [] })
    await store.endSession(ann.id)
    t.match(await store.present(), [{ session: phone.id }])
    t.equal((await store.present()).length, 1)
  })
}
