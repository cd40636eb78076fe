import fc from 'fast-check'
import type { Test } from 'tap'
import type { Session } from '../../../src/store/store.ts'
import { type OpenSite, openOne } from '../contract.ts'
import { draft, idsOf, join, say, sayAll } from '../people.ts'
import { maySee, openTalk } from './talk.ts'

/** 100 KiB in UTF-8. */
const long = 'é'.repeat(50 * 1024)

export async function readContract(t: Test, openSite: OpenSite): Promise<void> {
  await t.test('reads what one may see after an id, a thousand ids at a time', async (t) => {
    const { store, people, entries } = await openTalk(t, openSite, 2_300)
    await fc.assert(
      fc.asyncProperty(fc.nat(2_300), fc.constantFrom(...people), async (after, { account }) => {
        const scan = await store.read(after, account.id)
        const covered = Math.min(after + 1_000, 2_300)
        t.equal(scan.covered, covered)
        const expected = entries.slice(after, covered).filter((entry) => maySee(entry, account.id))
        t.same(scan.entries, expected)
        t.match(scan.extent, { oldest: 1, head: 2_300 })
      }),
      { numRuns: 30, examples: [[0, people[0] as Session]] },
    )
  })

  await t.test('reads at most 256 KiB of text, but at least one entry', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    const texts = [long, long, 'not for bob', long, 'x'.repeat(300 * 1024)]
    await sayAll(
      store,
      texts.map((text) => draft(ann, text, text.startsWith('not') ? { to: 'ann' } : {})),
    )
    const pages: number[][] = []
    for (let covered = 0; covered < 5; ) {
      const scan = await store.read(covered, bob.account.id)
      pages.push(idsOf(scan.entries))
      covered = scan.covered
    }
    t.same(pages, [[1, 2], [4], [5]])
    t.equal((await store.read(0, bob.account.id)).covered, 3, 'past what bob may not see')
  })

  await t.test('tells with what it read where the log begins and ends', async (t) => {
    const { store, clock } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    t.match(await store.read(0, ann.account.id), { entries: [], covered: 0 })
    for (const text of ['a', 'b', 'c']) await say(store, ann, text)
    t.match(await store.read(3, ann.account.id), { entries: [], covered: 3 })
    t.match(await store.read(7, ann.account.id), { entries: [], covered: 7 }, 'never back')
    clock.pass(1)
    await store.sweep(clock.now())
    const scan = await store.read(0, ann.account.id)
    t.match(scan, { extent: { oldest: 3, head: 3 }, covered: 3 })
    t.same(idsOf(scan.entries), [3])
  })

  await t.test('shows one entry to those who may see it', async (t) => {
    const { store, people, entries } = await openTalk(t, openSite, 40)
    for (const { account } of people) {
      for (const entry of entries) {
        const seen = maySee(entry, account.id) ? entry : undefined
        t.same(await store.entry(entry.id, account.id), seen)
      }
    }
    t.equal(await store.entry(41, 1), undefined)
    t.equal(await store.entry(Number.MAX_SAFE_INTEGER, 1), undefined)
  })

  await t.test('keeps direct messages until a stream has reached them', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    const viewer = bob.account.id
    t.match(await store.unreached(viewer), { after: 0, upTo: 0 }, 'an empty log')
    await say(store, ann, '1: to everyone')
    t.match(await store.unreached(viewer), { after: 1, upTo: 1 }, 'none for bob')
    await say(store, ann, '2', { to: 'bob' })
    await say(store, bob, '3: from bob', { to: 'ann' })
    await say(store, ann, '4', { to: 'bob' })
    await say(store, ann, '5: to everyone')

    const kept = await store.unreached(viewer)
    t.match(kept, { after: 1, upTo: 5, extent: { oldest: 1, head: 5 } })
    const scan = await store.readKept(kept.after, kept.upTo, viewer)
    t.same(idsOf(scan.entries), [2, 4])
    t.match(scan, { covered: 5, extent: kept.extent })
    t.same(idsOf((await store.readKept(2, 4, viewer)).entries), [4])

    await store.markReached([{ account: viewer, id: 5 }], 'another0')
    t.same(await store.unreached(viewer), kept, 'a mark of another epoch is void')
    await store.markReached([{ account: viewer, id: 2 }], kept.extent.epoch)
    t.match(await store.unreached(viewer), { after: 3, upTo: 5 })
    await store.markReached([{ account: viewer, id: 1 }], kept.extent.epoch)
    t.match(await store.unreached(viewer), { after: 3 }, 'a mark never goes back')
    await store.markReached([{ account: viewer, id: 900 }], kept.extent.epoch)
    t.match(await store.unreached(viewer), { after: 5, upTo: 5 })
    await say(store, ann, '6', { to: 'bob' })
    t.match(await store.unreached(viewer), { after: 5, upTo: 6 }, 'nor past the head')
  })

  await t.test('keeps the newest 200 direct messages', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const bob = await join(store, 'bob')
    const drafts = Array.from({ length: 250 }, (_, at) => [
      draft(ann, `${at}`, { to: 'bob' }),
      draft(ann, 'to everyone'),
    ])
    await sayAll(store, drafts.flat())
    const { after, upTo } = await store.unreached(bob.account.id)
    t.same({ after, upTo }, { after: 100, upTo: 500 })
    t.equal((await store.readKept(after, upTo, bob.account.id)).entries.length, 200)
  })

  await t.test('reads what was kept in steps', async (t) => {
    const { store } = await openOne(t, openSite)
    const ann = await join(store, 'ann')
    const drafts = [long, long, long].map((text) => draft(ann, text, { to: 'ann' }))
    await sayAll(store, drafts)
    const first = await store.readKept(0, 3, ann.account.id)
    t.same([idsOf(first.entries), first.covered], [[1, 2], 2])
    const short = Array.from({ length: 1_001 }, () => draft(ann, 'x', { to: 'ann' }))
    await sayAll(store, short)
    const next = await store.readKept(3, 1_004, ann.account.id)
    t.same([next.entries.length, next.covered], [1_000, 1_003])
  })
}
