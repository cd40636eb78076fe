import type { Test } from 'tap'
import type { StoreUpdate } from '../../../src/store/store.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessage, draft, hour, idsOf, newBatchId, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

export async function storeContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('sends an update before the call that caused it resolves', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    const batch = [draft(ann, 'a'), draft(ann, 'whom?', { to: 'nobody' }), draft(ann, 'b')]
    await store.log.append(batch, 'once')
    t.equal(updates.length, 1)
    t.same(idsOf(updates[0]?.entries ?? []), [1, 2])
    t.same(updates[0]?.bounds, await store.log.bounds())
    t.match(updates[0], { ended: [], entered: [], left: [] })

    await store.log.append(batch, 'once')
    await store.log.append([draft(ann, 'whom?', { to: 'nobody' })], newBatchId())
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
      store.log.append(
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

    await store.presence.change({ enter: [ann], leave: [] })
    t.match(updates, [{ entered: [{ session: ann.id, person, since: clock.now() }], left: [] }])
    updates = []
    await store.presence.change({ enter: [ann], leave: [bob.id] })
    t.same(updates, [], 'nothing changed')
    await store.presence.change({ enter: [bob], leave: [ann.id] })
    t.match(updates, [{ entered: [{ session: bob.id }], left: [ann.id], entries: [], ended: [] }])
  })

  await t.test('sends ended sessions, and the end of their presence', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann', hour)
    const bob = await registerUser(store, 'bob')
    const cid = await registerUser(store, 'cid', hour)
    await store.presence.change({ enter: [ann, cid], leave: [] })
    let updates: StoreUpdate[] = []
    store.subscribe(updateListener((update) => updates.push(update)))
    await store.sessions.end(ann.id)
    await store.sessions.end(bob.id)
    t.match(updates, [
      { ended: [ann.id], left: [ann.id] },
      { ended: [bob.id], left: [] },
    ])
    updates = []
    await store.sessions.end(bob.id)
    t.same(updates, [], 'it had ended before')
    clock.advance(hour)
    t.equal(await store.sessions.end(cid.id), false)
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
    await store.retention.deleteExpired(clock.now())
    t.match(updates, [{ bounds: { oldest: 2, head: 2 }, entries: [], ended: [], left: [] }])
    await store.retention.deleteExpired(clock.now())
    t.equal(updates.length, 1)
  })

  await t.test('has the clock by which sessions expire', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    clock.advance(48 * hour)
    await store.presence.list()
    const late = store.now() - clock.now()
    t.ok(late >= 0 && late < hour, `${late} ms late`)
    t.ok(Number.isInteger(late))
  })

  await t.test('makes one signing key', async (t) => {
    const fixture = await openFixture(t)
    const store = await fixture.open()
    const key = await store.signingKey()
    t.ok(key.length >= 32)
    t.same(await store.signingKey(), key)
    await store.close()
    const again = await fixture.open()
    t.teardown(() => again.close())
    t.same(await again.signingKey(), key)
  })

  await t.test('answers a ping', async (t) => {
    const { store } = await openStore(t, openFixture)
    await t.resolves(store.ping())
  })
}
