import type { Test } from 'tap'
import { appendMessage, appendMessages, draft, idsOf, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from './fixture.ts'

/** 100 KiB in UTF-8. */
const long = 'é'.repeat(50 * 1024)

export async function receiptStoreContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test(
    'returns direct messages as undelivered until a receipt has passed them',
    async (t) => {
      const { store } = await openStore(t, openFixture)
      const ann = await registerUser(store, 'ann')
      const bob = await registerUser(store, 'bob')
      const viewer = bob.account.id
      t.match(await store.receipts.undelivered(viewer), { after: 0, upTo: 0 }, 'an empty log')
      await appendMessage(store, ann, '1: to everyone')
      t.match(await store.receipts.undelivered(viewer), { after: 1, upTo: 1 }, 'none for bob')
      await appendMessage(store, ann, '2', { to: 'bob' })
      await appendMessage(store, bob, '3: from bob', { to: 'ann' })
      await appendMessage(store, ann, '4', { to: 'bob' })
      await appendMessage(store, ann, '5: to everyone')

      const range = await store.receipts.undelivered(viewer)
      t.match(range, { after: 1, upTo: 5, bounds: { oldest: 1, head: 5 } })
      const scan = await store.receipts.readUndelivered(range.after, range.upTo, viewer)
      t.same(idsOf(scan.entries), [2, 4])
      t.match(scan, { scannedTo: 5, bounds: range.bounds })
      t.same(idsOf((await store.receipts.readUndelivered(2, 4, viewer)).entries), [4])

      await store.receipts.markDelivered([{ account: viewer, id: 5 }], 'another0')
      t.same(
        await store.receipts.undelivered(viewer),
        range,
        'a receipt of another epoch changes nothing',
      )
      await store.receipts.markDelivered([{ account: viewer, id: 2 }], range.bounds.epoch)
      t.match(await store.receipts.undelivered(viewer), { after: 3, upTo: 5 })
      await store.receipts.markDelivered([{ account: viewer, id: 1 }], range.bounds.epoch)
      t.match(
        await store.receipts.undelivered(viewer),
        { after: 3 },
        'a lower receipt changes nothing',
      )
      await store.receipts.markDelivered([{ account: viewer, id: 900 }], range.bounds.epoch)
      t.match(await store.receipts.undelivered(viewer), { after: 5, upTo: 5 })
      await appendMessage(store, ann, '6', { to: 'bob' })
      t.match(
        await store.receipts.undelivered(viewer),
        { after: 5, upTo: 6 },
        'a receipt past the head counts up to the head',
      )
    },
  )

  await t.test('returns the newest 200 direct messages as undelivered', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const drafts = Array.from({ length: 250 }, (_, at) => [
      draft(ann, `${at}`, { to: 'bob' }),
      draft(ann, 'to everyone'),
    ])
    await appendMessages(store, drafts.flat())
    const { after, upTo } = await store.receipts.undelivered(bob.account.id)
    t.same({ after, upTo }, { after: 100, upTo: 500 })
    t.equal((await store.receipts.readUndelivered(after, upTo, bob.account.id)).entries.length, 200)
  })

  await t.test('reads undelivered messages in steps', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const drafts = [long, long, long].map((text) => draft(ann, text, { to: 'ann' }))
    await appendMessages(store, drafts)
    const first = await store.receipts.readUndelivered(0, 3, ann.account.id)
    t.same([idsOf(first.entries), first.scannedTo], [[1, 2], 2])
    const short = Array.from({ length: 1_001 }, () => draft(ann, 'x', { to: 'ann' }))
    await appendMessages(store, short)
    const next = await store.receipts.readUndelivered(3, 1_004, ann.account.id)
    t.same([next.entries.length, next.scannedTo], [1_000, 1_003])
  })
}
