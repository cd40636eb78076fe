import type { Test } from 'tap'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessage, draft, hour, idsOf, newBatchId, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'

export async function subscribeContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('sends an update before the call that caused it resolves', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' }), draft(ann, 'b')]
    await store.append(batch, 'once')
    t.equal(updates.length, 1)
    t.same(idsOf(updates[0]?.entries ?? []), [1, 2])
    t.same(updates[0]?.bounds, await store.bounds())
    t.match(updates[0], { ended: [], entered: [], left: [] })

    await store.append(batch, 'once')
    await store.append([draft(ann, 'whom?', { to: 'nobody' })], newBatchId())
    t.equal(updates.length, 1, 'nothing happened')
  })

  await t.test('sends all entries in order and without a gap', async (t) => {
    const { store } = await openStore(t, openFixture)
    const people = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
    const ids: number[] = []
    store.subscribe(
      updateListener(({ entries, bounds }) => {
        ids.push(...idsOf(entries))
        t.equal(bounds.head, ids.length)
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
      ids,
      Array.from({ length: 80 }, (_, at) => at + 1),
    )
  })

  await t.test('sends entered and left sessions', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    let updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const person = { id: ann.account.id, username: 'ann' }

    await store.changePresence({ enter: [ann], leave: [] })
    t.match(updates, [{ entered: [{ session: ann.id, person, since: clock.now() }], left: [] }])
    updates = []
    await store.changePresence({ enter: [ann], leave: [bob.id] })
    t.same(updates, [], 'nothing changed')
    await store.changePresence({ enter: [bob], leave: [ann.id] })
    t.match(updates, [{ entered: [{ session: bob.id }], left: [ann.id], entries: [], ended: [] }])
  })

  await t.test('sends ended sessions, and the end of their presence', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann', hour)
    const bob = await registerUser(store, 'bob')
    const cid = await registerUser(store, 'cid', hour)
    await store.changePresence({ enter: [ann, cid], leave: [] })
    let updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    await store.endSession(ann.id)
    await store.endSession(bob.id)
    t.match(updates, [
      { ended: [ann.id], left: [ann.id] },
      { ended: [bob.id], left: [] },
    ])
    updates = []
    await store.endSession(bob.id)
    t.same(updates, [], 'it had ended before')
    clock.advance(hour)
    t.equal(await store.endSession(cid.id), false)
    t.match(updates, [{ ended: [], left: [cid.id] }], 'expired, but still present')
  })

  await t.test('sends an update when the oldest entry changes', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    await appendMessage(store, ann, 'old')
    clock.advance(1)
    await appendMessage(store, ann, 'new')
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    await store.deleteExpired(clock.now())
    t.match(updates, [{ bounds: { oldest: 2, head: 2 }, entries: [], ended: [], left: [] }])
    await store.deleteExpired(clock.now())
    t.equal(updates.length, 1)
  })
}
