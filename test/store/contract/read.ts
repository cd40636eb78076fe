import fc from 'fast-check'
import type { Test } from 'tap'
import type { Session } from '../../../src/store/store.ts'
import { appendMessage, appendMessages, draft, idsOf, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'
import { maySee, openSeededLog } from './seeded-log.ts'

/** 100 KiB in UTF-8. */
const long = 'é'.repeat(50 * 1024)

export async function readContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('reads visible entries after an id, a thousand ids at a time', async (t) => {
    const { store, people, entries } = await openSeededLog(t, openFixture, 2_300)
    await fc.assert(
      fc.asyncProperty(fc.nat(2_300), fc.constantFrom(...people), async (after, { account }) => {
        const scan = await store.read(after, account.id)
        const scannedTo = Math.min(after + 1_000, 2_300)
        t.equal(scan.scannedTo, scannedTo)
        const expected = entries
          .slice(after, scannedTo)
          .filter((entry) => maySee(entry, account.id))
        t.same(scan.entries, expected)
        t.match(scan.bounds, { oldest: 1, head: 2_300 })
      }),
      { numRuns: 30, examples: [[0, people[0] as Session]] },
    )
  })

  await t.test('reads at most 256 KiB of text, but at least one entry', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const bob = await registerUser(store, 'bob')
    const texts = [long, long, 'not for bob', long, 'x'.repeat(300 * 1024)]
    await appendMessages(
      store,
      texts.map((text) => draft(ann, text, text.startsWith('not') ? { to: 'ann' } : {})),
    )
    const pages: number[][] = []
    for (let scannedTo = 0; scannedTo < 5; ) {
      const scan = await store.read(scannedTo, bob.account.id)
      pages.push(idsOf(scan.entries))
      scannedTo = scan.scannedTo
    }
    t.same(pages, [[1, 2], [4], [5]])
    t.equal(
      (await store.read(0, bob.account.id)).scannedTo,
      3,
      'also past an entry that bob may not see',
    )
  })

  await t.test('returns the bounds of the log with the entries', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    t.match(await store.read(0, ann.account.id), { entries: [], scannedTo: 0 })
    for (const text of ['a', 'b', 'c']) await appendMessage(store, ann, text)
    t.match(await store.read(3, ann.account.id), { entries: [], scannedTo: 3 })
    t.match(await store.read(7, ann.account.id), { entries: [], scannedTo: 7 }, 'never back')
    clock.advance(1)
    await store.deleteExpired(clock.now())
    const scan = await store.read(0, ann.account.id)
    t.match(scan, { bounds: { oldest: 3, head: 3 }, scannedTo: 3 })
    t.same(idsOf(scan.entries), [3])
  })

  await t.test('returns an entry only to viewers who may see it', async (t) => {
    const { store, people, entries } = await openSeededLog(t, openFixture, 40)
    for (const { account } of people) {
      for (const entry of entries) {
        const visible = maySee(entry, account.id) ? entry : undefined
        t.same(await store.entry(entry.id, account.id), visible)
      }
    }
    t.equal(await store.entry(41, 1), undefined)
    t.equal(await store.entry(Number.MAX_SAFE_INTEGER, 1), undefined)
  })

  await t.test(
    'returns direct messages as undelivered until a receipt has passed them',
    async (t) => {
      const { store } = await openStore(t, openFixture)
      const ann = await registerUser(store, 'ann')
      const bob = await registerUser(store, 'bob')
      const viewer = bob.account.id
      t.match(await store.undelivered(viewer), { after: 0, upTo: 0 }, 'an empty log')
      await appendMessage(store, ann, '1: to everyone')
      t.match(await store.undelivered(viewer), { after: 1, upTo: 1 }, 'none for bob')
      await appendMessage(store, ann, '2', { to: 'bob' })
      await appendMessage(store, bob, '3: from bob', { to: 'ann' })
      await appendMessage(store, ann, '4', { to: 'bob' })
      await appendMessage(store, ann, '5: to everyone')

      const range = await store.undelivered(viewer)
      t.match(range, { after: 1, upTo: 5, bounds: { oldest: 1, head: 5 } })
      const scan = await store.readUndelivered(range.after, range.upTo, viewer)
      t.same(idsOf(scan.entries), [2, 4])
      t.match(scan, { scannedTo: 5, bounds: range.bounds })
      t.same(idsOf((await store.readUndelivered(2, 4, viewer)).entries), [4])

      await store.markDelivered([{ account: viewer, id: 5 }], 'another0')
      t.same(await store.undelivered(viewer), range, 'a receipt of another epoch changes nothing')
      await store.markDelivered([{ account: viewer, id: 2 }], range.bounds.epoch)
      t.match(await store.undelivered(viewer), { after: 3, upTo: 5 })
      await store.markDelivered([{ account: viewer, id: 1 }], range.bounds.epoch)
      t.match(await store.undelivered(viewer), { after: 3 }, 'a lower receipt changes nothing')
      await store.markDelivered([{ account: viewer, id: 900 }], range.bounds.epoch)
      t.match(await store.undelivered(viewer), { after: 5, upTo: 5 })
      await appendMessage(store, ann, '6', { to: 'bob' })
      t.match(
        await store.undelivered(viewer),
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
    const { after, upTo } = await store.undelivered(bob.account.id)
    t.same({ after, upTo }, { after: 100, upTo: 500 })
    t.equal((await store.readUndelivered(after, upTo, bob.account.id)).entries.length, 200)
  })

  await t.test('reads undelivered messages in steps', async (t) => {
    const { store } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    const drafts = [long, long, long].map((text) => draft(ann, text, { to: 'ann' }))
    await appendMessages(store, drafts)
    const first = await store.readUndelivered(0, 3, ann.account.id)
    t.same([idsOf(first.entries), first.scannedTo], [[1, 2], 2])
    const short = Array.from({ length: 1_001 }, () => draft(ann, 'x', { to: 'ann' }))
    await appendMessages(store, short)
    const next = await store.readUndelivered(3, 1_004, ann.account.id)
    t.same([next.entries.length, next.scannedTo], [1_000, 1_003])
  })
}
