import fc from 'fast-check'
import type { Test } from 'tap'
import type { MessageEntry, Page, PageRange } from '../../../../src/store/message-log.ts'
import { registerUser } from '../../fixtures.ts'
import { type OpenFixture, openStore } from '../fixture.ts'
import { maySee, openSeededLog } from './seeded-log.ts'

/** The expected page, from all entries that the viewer may see. */
function pageOf(visible: MessageEntry[], { after, before, limit }: PageRange) {
  if (after !== undefined) {
    const newer = visible.filter(({ id }) => id > after)
    return { entries: newer.slice(0, limit), more: newer.length > limit }
  }
  const older = visible.filter(({ id }) => id < (before ?? Number.POSITIVE_INFINITY))
  return { entries: older.slice(-limit), more: older.length > limit }
}

export async function pageContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('pages through visible entries, forwards and backwards', async (t) => {
    const { store, people, entries } = await openSeededLog(t, openFixture, 400)
    const id = fc.nat(410)
    const edge = fc.oneof(
      fc.record({ after: id }),
      fc.record({ before: id }),
      fc.constant<{ after?: number; before?: number }>({}),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...people),
        edge,
        fc.integer({ min: 1, max: 60 }),
        fc.option(fc.constantFrom(...people), { nil: undefined }),
        async ({ account: viewer }, edge, limit, other) => {
          const range: PageRange = { ...edge, limit }
          if (other) range.withAccount = other.account.id
          const visible = entries
            .filter((entry) => maySee(entry, viewer.id))
            .filter(({ from, to }) => {
              if (!other) return true
              const pair = [viewer.id, other.account.id].sort()
              return to !== null && [from.id, to.id].sort().join() === pair.join()
            })
          const { bounds, ...page } = (await store.log.page(viewer.id, range)) as Page
          t.same(page, pageOf(visible, range))
          t.match(bounds, { oldest: 1, head: 400 })
        },
      ),
      { numRuns: 200 },
    )
  })

  await t.test('returns an empty page of an empty log', async (t) => {
    const { store } = await openStore(t, openFixture)
    const { account } = await registerUser(store, 'ann')
    for (const range of [{ limit: 50 }, { limit: 50, after: 0 }, { limit: 50, before: 9 }]) {
      t.match(await store.log.page(account.id, range), { entries: [], more: false })
    }
  })
}
