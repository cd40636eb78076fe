import type { Test } from 'tap'
import { appendMessage, appendMessages, draft, idsOf, registerUser } from '../fixtures.ts'
import { edit, erase, react } from '../message-commands.ts'
import { type OpenFixture, openStore } from './fixture.ts'
import { openHouse } from './house.ts'

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

  await t.test('keeps messages with their reactions, and no deleted ones', async (t) => {
    const house = await openHouse(t, openFixture)
    const { receipts } = house.store
    for (const text of ['1', '2', '3']) await house.said('ann', text, { to: 'bob' })
    await house.changed('ann', react(2)) // 4
    await house.changed('ann', edit(2, 'two')) // 5
    await house.changed('ann', erase(1)) // 6
    const range = await receipts.undelivered(house.id('bob'))
    t.match(range, { after: 1, upTo: 6 })
    const { entries } = await receipts.readUndelivered(range.after, range.upTo, house.id('bob'))
    const reactions = [{ emoji: '👍', count: 1, me: false, by: ['ann'] }]
    t.match(entries, [
      { id: 2, text: 'two', reactions },
      { id: 3, text: '3' },
    ])
    t.equal(entries.length, 2)
    t.notOk('reactions' in (entries[1] ?? {}))
    for (const id of [2, 3]) await house.changed('ann', erase(id))
    t.match(await receipts.undelivered(house.id('bob')), { after: 8, upTo: 8 }, 'none is left')
    t.same((await receipts.readUndelivered(0, 8, house.id('bob'))).entries, [])
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
