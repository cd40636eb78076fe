import fc from 'fast-check'
import type { Test } from 'tap'
import type { CursorResolution } from '../../../src/store/store.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { type OpenFixture, openStore } from '../store-contract.ts'

/** One run of a server: what is said in it, and what becomes of the log after it. */
const life = fc.record({
  says: fc.nat(3),
  trims: fc.boolean(),
  after: fc.constantFrom('go on', 'remember', 'go back'),
})

export async function resolveCursorContract(t: Test, openSite: OpenFixture): Promise<void> {
  await t.test('knows a cursor whose holder has seen what is no longer so', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
        const site = await openSite(t)
        // What each life's log held when it ended, by its epoch: what a cursor's holder has seen.
        const seen = new Map<string, string[]>()
        let log: string[] = []
        let remembered: string[] = []
        const ann = await site.open().then(async (store) => {
          const session = await registerUser(store, 'ann')
          await store.close()
          await site.takeSnapshot()
          return session
        })
        for (const [at, { says, trims, after }] of lives.entries()) {
          site.clock.advance(1_000)
          await site.restart()
          const store = await site.open()
          for (let said = 0; said < says; said += 1) {
            const text = `life ${at}, ${said}`
            await appendMessage(store, ann, text)
            log.push(text)
          }
          if (trims) await store.deleteExpired(site.clock.now())
          const { epoch, oldest } = await store.bounds()
          seen.set(epoch, [...log])
          for (const [tag, held] of seen) {
            for (let id = 0; id <= held.length; id += 1) {
              const placement = await store.resolveCursor({ id, epoch: tag })
              const edge = { oldest, isOld: tag !== epoch }
              t.same(standing(placement), expected(held.slice(0, id), log, edge))
            }
          }
          await store.close()
          if (after === 'remember') {
            await site.takeSnapshot()
            remembered = [...log]
          } else if (after === 'go back') {
            await site.restoreSnapshot()
            log = [...remembered]
          }
        }
      }),
      { numRuns: 3, examples: [[scenario]] },
    )
  })

  await t.test('tells a good cursor of an older epoch so, before all else', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await registerUser(before, 'ann')
    for (const text of ['a', 'b', 'c']) await appendMessage(before, ann, text)
    const { epoch } = await before.bounds()
    await before.close()
    site.clock.advance(1)
    await site.restart()
    const store = await site.open()
    t.teardown(() => store.close())
    const place = async (id: number, of = epoch) =>
      standing(await store.resolveCursor({ id, epoch: of }))
    const good = (id: number) => ({ position: id, reset: { reason: 'new-epoch', from: id } })
    for (const id of [0, 1, 2, 3]) t.same(await place(id), good(id))
    t.same(await place(4), { position: 3, reset: { reason: 'rewound', from: 3 } })
    await appendMessage(store, ann, 'd')
    await store.deleteExpired(site.clock.now())
    t.match(await store.bounds(), { oldest: 4 })
    t.same(await place(1), good(1), 'below the trimmed edge too: a read from there finds that')
    const now = (await store.bounds()).epoch
    t.same(await place(1, now), { position: 3, reset: { reason: 'trimmed', from: 3 } })
    t.same(await place(4, now), { position: 4, reset: null })
  })

  await t.test('takes a bare id as of the current epoch, and 0 as the beginning', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await registerUser(before, 'ann')
    for (const text of ['a', 'b', 'c']) await appendMessage(before, ann, text)
    await before.close()
    site.clock.advance(1)
    const store = await site.open()
    t.teardown(() => store.close())
    const place = async (id: number) => standing(await store.resolveCursor({ id, epoch: null }))
    t.same(await place(2), { position: 2, reset: null })
    t.same(await place(3), { position: 3, reset: null })
    t.same(await place(0), { position: 0, reset: null })
    t.same(await place(4), { position: 3, reset: { reason: 'ahead', from: 3 } })
    t.same(await place(Number.MAX_SAFE_INTEGER), {
      position: 3,
      reset: { reason: 'ahead', from: 3 },
    })
    await appendMessage(store, ann, 'd')
    await store.deleteExpired(site.clock.now())
    t.same(await place(0), { position: 3, reset: null })
    t.same(await place(1), { position: 3, reset: { reason: 'trimmed', from: 3 } })
    t.same(await place(3), { position: 3, reset: null })
  })

  await t.test('takes a cursor of an epoch that nobody knows', async (t) => {
    const site = await openSite(t)
    const before = await site.open()
    const ann = await registerUser(before, 'ann')
    await appendMessage(before, ann, 'a')
    await before.close()
    site.clock.advance(1)
    await site.restart()
    const store = await site.open()
    t.teardown(() => store.close())
    await appendMessage(store, ann, 'b')
    const place = async (id: number, epoch: string) =>
      standing(await store.resolveCursor({ id, epoch }))
    const good = (id: number) => ({ position: id, reset: { reason: 'new-epoch', from: id } })
    t.same(await place(0, '00000000'), good(0))
    t.same(await place(1, '00000000'), { position: 0, reset: { reason: 'rewound', from: 0 } })
    t.same(await place(1, 'zzzzzzzz'), good(1), 'before the newest epoch')
    t.same(await place(2, 'zzzzzzzz'), { position: 1, reset: { reason: 'rewound', from: 1 } })
  })

  await t.test('says ahead of a cursor of this epoch past the head', async (t) => {
    const { store } = await openStore(t, openSite)
    const { epoch } = await store.bounds()
    t.match(epoch, /^[0-9a-z]{8}$/)
    t.same(standing(await store.resolveCursor({ id: 5, epoch })), {
      position: 0,
      reset: { reason: 'ahead', from: 0 },
    })
  })

  await t.test('gives each start an epoch of its own, whatever the clock does', async (t) => {
    const site = await openSite(t)
    const epochs: string[] = []
    for (const pass of [0, 0, -60_000, 60_000, 10]) {
      site.clock.advance(pass)
      await site.restart()
      const store = await site.open()
      epochs.push((await store.bounds()).epoch)
      await store.close()
    }
    t.same(epochs, [...new Set(epochs)].sort())
    t.equal(epochs.at(-1), site.clock.now().toString(36).padStart(8, '0'))
  })
}

const scenario = [
  { says: 3, trims: false, after: 'remember' as const },
  { says: 2, trims: false, after: 'go on' as const },
  { says: 1, trims: false, after: 'go back' as const },
  { says: 3, trims: true, after: 'go on' as const },
]

function standing({ position, reset }: CursorResolution) {
  return { position, reset }
}

/** Whoever holds what the log no longer is, is sent back to where the two part. */
function expected(
  held: string[],
  log: string[],
  { oldest, isOld }: { oldest: number; isOld: boolean },
) {
  const edge = oldest - 1
  const parts = held.findIndex((text, at) => text !== log[at])
  if (parts >= 0) {
    return { position: Math.max(parts, edge), reset: { reason: 'rewound', from: parts } }
  }
  const { length: id } = held
  if (isOld) return { position: id, reset: { reason: 'new-epoch', from: id } }
  if (id < edge) return { position: edge, reset: { reason: 'trimmed', from: edge } }
  return { position: id, reset: null }
}
