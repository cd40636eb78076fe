import type { Test } from 'tap'
import type { News } from '../../../src/store/store.ts'
import { hears } from '../../support/hears.ts'
import { type OpenSite, openOne } from '../contract.ts'
import { draft, hour, idsOf, join, say, ticket } from '../people.ts'

export async function followContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('tells what was said before the one who said it hears', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const told: News[] = []
    store.follow(hears((news) => told.push(news)))
    const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' }), draft(ann, 'b')]
    const heard = store.append(batch, 'once').then(() => told.length)
    t.equal(await heard, 1)
    t.same(idsOf(told[0]?.entries ?? []), [1, 2])
    t.same(told[0]?.extent, await store.extent())
    t.match(told[0], { ended: [], entered: [], left: [] })

    await store.append(batch, 'once')
    await store.append([draft(ann, 'whom?', { to: 'nobody' })], ticket())
    t.equal(told.length, 1, 'nothing happened')
  })

  await t.test('tells everything in order and without a hole', async (t) => {
    const { store } = await openOne(t, openSite)
    const people = [await join(store, 'ann'), await join(store, 'bob')]
    const told: number[] = []
    store.follow(
      hears(({ entries, extent }) => {
        told.push(...idsOf(entries))
        t.equal(extent.head, told.length)
      }),
    )
    const batches = Array.from({ length: 40 }, (_, at) =>
      store.append(
        people.map((person) => draft(person, `${at}`)),
        ticket(),
      ),
    )
    await Promise.all(batches)
    t.same(
      told,
      Array.from({ length: 80 }, (_, at) => at + 1),
    )
  })

  await t.test('tells who came and who went', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    let told: News[] = []
    store.follow(hears((news) => told.push(news)))
    const person = { id: ann.account.id, username: 'ann' }

    await store.changePresence({ enter: [ann], leave: [] })
    t.match(told, [{ entered: [{ session: ann.id, person, since: clock.now() }], left: [] }])
    told = []
    await store.changePresence({ enter: [ann], leave: [bob.id] })
    t.same(told, [], 'nothing changed')
    await store.changePresence({ enter: [bob], leave: [ann.id] })
    t.match(told, [{ entered: [{ session: bob.id }], left: [ann.id], entries: [], ended: [] }])
  })

  await t.test('tells which sessions were ended, and their presence', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann', hour)
    const bob = await join(store, 'bob')
    const cid = await join(store, 'cid', hour)
    await store.changePresence({ enter: [ann, cid], leave: [] })
    let told: News[] = []
    store.follow(hears((news) => told.push(news)))
    await store.endSession(ann.id)
    await store.endSession(bob.id)
    t.match(told, [
      { ended: [ann.id], left: [ann.id] },
      { ended: [bob.id], left: [] },
    ])
    told = []
    await store.endSession(bob.id)
    t.same(told, [], 'it had ended')
    clock.pass(hour)
    t.equal(await store.endSession(cid.id), false)
    t.match(told, [{ ended: [], left: [cid.id] }], 'past its end, but it was still present')
  })

  await t.test('tells when the oldest entry moves', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    await say(store, ann, 'old')
    clock.pass(1)
    await say(store, ann, 'new')
    const told: News[] = []
    store.follow(hears((news) => told.push(news)))
    await store.sweep(clock.now())
    t.match(told, [{ extent: { oldest: 2, head: 2 }, entries: [], ended: [], left: [] }])
    await store.sweep(clock.now())
    t.equal(told.length, 1)
  })
}
