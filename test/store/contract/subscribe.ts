import type { Test } from 'tap'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessage, draft, hour, idsOf, newBatchId, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'

export async function subscribeContract(t: Test, openSite: OpenFixture): Promise<void> {
  await t.test('tells what was said before the one who said it hears', async (t) => {
    const { store } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann')
    const told: StoreUpdate[] = []
    store.subscribe(updateListener((news) => told.push(news)))
    const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' }), draft(ann, 'b')]
    const heard = store.append(batch, 'once').then(() => told.length)
    t.equal(await heard, 1)
    t.same(idsOf(told[0]?.entries ?? []), [1, 2])
    t.same(told[0]?.bounds, await store.bounds())
    t.match(told[0], { ended: [], entered: [], left: [] })

    await store.append(batch, 'once')
    await store.append([draft(ann, 'whom?', { to: 'nobody' })], newBatchId())
    t.equal(told.length, 1, 'nothing happened')
  })

  await t.test('tells everything in order and without a hole', async (t) => {
    const { store } = await openStore(t, openSite)
    const people = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
    const told: number[] = []
    store.subscribe(
      updateListener(({ entries, bounds }) => {
        told.push(...idsOf(entries))
        t.equal(bounds.head, told.length)
      }),
    )
    const batches = Array.from({ length: 40 }, (_, at) =>
      store.append(
        people.map((person) => draft(person, `${at}`)),
        newBatchId(),
      ),
    )
    await Promise.all(batches)
    t.same(
      told,
      Array.from({ length: 80 }, (_, at) => at + 1),
    )
  })

  await t.test('tells who came and who went', async (t) => {
    const { store, clock } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    let told: StoreUpdate[] = []
    store.subscribe(updateListener((news) => told.push(news)))
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
    const { store, clock } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann', hour)
    const bob = await registerUser(store, 'bob')
    const cid = await registerUser(store, 'cid', hour)
    await store.changePresence({ enter: [ann, cid], leave: [] })
    let told: StoreUpdate[] = []
    store.subscribe(updateListener((news) => told.push(news)))
    await store.endSession(ann.id)
    await store.endSession(bob.id)
    t.match(told, [
      { ended: [ann.id], left: [ann.id] },
      { ended: [bob.id], left: [] },
    ])
    told = []
    await store.endSession(bob.id)
    t.same(told, [], 'it had ended')
    clock.advance(hour)
    t.equal(await store.endSession(cid.id), false)
    t.match(told, [{ ended: [], left: [cid.id] }], 'past its end, but it was still present')
  })

  await t.test('tells when the oldest entry moves', async (t) => {
    const { store, clock } = await openStore(t, openSite)
    const ann = await registerUser(store, 'ann')
    await appendMessage(store, ann, 'old')
    clock.advance(1)
    await appendMessage(store, ann, 'new')
    const told: StoreUpdate[] = []
    store.subscribe(updateListener((news) => told.push(news)))
    await store.deleteExpired(clock.now())
    t.match(told, [{ bounds: { oldest: 2, head: 2 }, entries: [], ended: [], left: [] }])
    await store.deleteExpired(clock.now())
    t.equal(told.length, 1)
  })
}
