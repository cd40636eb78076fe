import fc from 'fast-check'
import type { Test } from 'tap'
import type { Session } from '../../../../src/store/session-store.ts'
import { appendMessage, appendMessages, draft, idsOf, registerUser } from '../../fixtures.ts'
import { type OpenFixture, openStore } from '../fixture.ts'
import { maySee, openSeededLog } from './seeded-log.ts'

/** 100 KiB in UTF-8. */
const long = 'é'.repeat(50 * 1024)

export async function readContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('reads visible entries after an id, a thousand at a time', async (t) => {
    const { store, people, entries } = await openSeededLog(t, openFixture, 2_300)
    await fc.assert(
      fc.asyncProperty(fc.nat(2_300), fc.constantFrom(...people), async (after, { account }) => {
        const scan = await store.log.read(after, account.id)
        const visible = entries.slice(after).filter((entry) => maySee(entry, account.id))
        t.same(scan.entries, visible.slice(0, 1_000))
        const scannedTo = visible.length < 1_000 ? 2_300 : visible[999]?.id
        t.equal(scan.scannedTo, scannedTo, 'as far as nothing else is visible')
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
      const scan = await store.log.read(scannedTo, bob.account.id)
      pages.push(idsOf(scan.entries))
      scannedTo = scan.scannedTo
    }
    t.same(pages, [[1, 2], [4], [5]])
    t.equal(
      (await store.log.read(0, bob.account.id)).scannedTo,
      3,
      'also past an entry that bob may not see',
    )
  })

  await t.test('returns the bounds of the log with the entries', async (t) => {
    const { store, clock } = await openStore(t, openFixture)
    const ann = await registerUser(store, 'ann')
    t.match(await store.log.read(0, ann.account.id), { entries: [], scannedTo: 0 })
    for (const text of ['a', 'b', 'c']) await appendMessage(store, ann, text)
    t.match(await store.log.read(3, ann.account.id), { entries: [], scannedTo: 3 })
    t.match(await store.log.read(7, ann.account.id), { entries: [], scannedTo: 7 }, 'never back')
    clock.advance(1)
    await store.retention.deleteExpired(clock.now())
    const scan = await store.log.read(0, ann.account.id)
    t.match(scan, { bounds: { oldest: 3, head: 3 }, scannedTo: 3 })
    t.same(idsOf(scan.entries), [3])
  })

  await t.test('returns an entry only to viewers who may see it', async (t) => {
    const { store, people, entries } = await openSeededLog(t, openFixture, 40)
    for (const { account } of people) {
      for (const entry of entries) {
        const visible = maySee(entry, account.id) ? entry : undefined
        t.same(await store.log.message(entry.id, account.id), visible)
      }
    }
    t.equal(await store.log.message(41, 1), undefined)
    t.equal(await store.log.message(Number.MAX_SAFE_INTEGER, 1), undefined)
  })
}
