import fc from 'fast-check'
import type { Test } from 'tap'
import type { CursorResolution } from '../../../../src/store/message-log.ts'
import { appendMessage, registerUser } from '../../fixtures.ts'
import { type OpenFixture, openStore } from '../fixture.ts'

/** One run of a server, and what happens to the log after it. */
const run = fc.record({
  appends: fc.nat(3),
  trims: fc.boolean(),
  after: fc.constantFrom('go on', 'take snapshot', 'go back'),
})

export async function resolveCursorContract(t: Test, openFixture: OpenFixture): Promise<void> {
  await t.test('recognizes a cursor whose client has seen entries that are lost', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 5 }), async (runs) => {
        const fixture = await openFixture(t)
        // The log at the end of each run, by epoch: what the client of a cursor has seen.
        const seen = new Map<string, string[]>()
        let log: string[] = []
        let snapshot: string[] = []
        const ann = await fixture.open().then(async (store) => {
          const session = await registerUser(store, 'ann')
          await store.close()
          await fixture.takeSnapshot()
          return session
        })
        for (const [at, { appends, trims, after }] of runs.entries()) {
          fixture.clock.advance(1_000)
          await fixture.restart()
          const store = await fixture.open()
          for (let count = 0; count < appends; count += 1) {
            const text = `run ${at}, ${count}`
            await appendMessage(store, ann, text)
            log.push(text)
          }
          if (trims) await store.retention.deleteExpired(fixture.clock.now())
          const { epoch, oldest } = await store.log.bounds()
          seen.set(epoch, [...log])
          for (const [of, held] of seen) {
            for (let id = 0; id <= held.length; id += 1) {
              const resolution = await store.log.resolveCursor({ id, epoch: of })
              const edge = { oldest, isOld: of !== epoch }
              t.same(placeOf(resolution), expected(held.slice(0, id), log, edge))
            }
          }
          await store.close()
          if (after === 'take snapshot') {
            await fixture.takeSnapshot()
            snapshot = [...log]
          } else if (after === 'go back') {
            await fixture.restoreSnapshot()
            log = [...snapshot]
          }
        }
      }),
      { numRuns: 3, examples: [[scenario]] },
    )
  })

  await t.test('answers `new-epoch` first for a good cursor of an older epoch', async (t) => {
    const fixture = await openFixture(t)
    const before = await fixture.open()
    const ann = await registerUser(before, 'ann')
    for (const text of ['a', 'b', 'c']) await appendMessage(before, ann, text)
    const { epoch } = await before.log.bounds()
    await before.close()
    fixture.clock.advance(1)
    await fixture.restart()
    const store = await fixture.open()
    t.teardown(() => store.close())
    const place = async (id: number, of = epoch) =>
      placeOf(await store.log.resolveCursor({ id, epoch: of }))
    const good = (id: number) => ({ position: id, reset: { reason: 'new-epoch', from: id } })
    for (const id of [0, 1, 2, 3]) t.same(await place(id), good(id))
    t.same(await place(4), { position: 3, reset: { reason: 'rewound', from: 3 } })
    await appendMessage(store, ann, 'd')
    await store.retention.deleteExpired(fixture.clock.now())
    t.match(await store.log.bounds(), { oldest: 4 })
    t.same(await place(1), good(1), 'also below the oldest entry: a read from there finds that')
    const now = (await store.log.bounds()).epoch
    t.same(await place(1, now), { position: 3, reset: { reason: 'trimmed', from: 3 } })
    t.same(await place(4, now), { position: 4, reset: null })
  })

  await t.test('takes a bare id as of the current epoch, and 0 as the start', async (t) => {
    const fixture = await openFixture(t)
    const before = await fixture.open()
    const ann = await registerUser(before, 'ann')
    for (const text of ['a', 'b', 'c']) await appendMessage(before, ann, text)
    await before.close()
    fixture.clock.advance(1)
    const store = await fixture.open()
    t.teardown(() => store.close())
    const place = async (id: number) => placeOf(await store.log.resolveCursor({ id, epoch: null }))
    t.same(await place(2), { position: 2, reset: null })
    t.same(await place(3), { position: 3, reset: null })
    t.same(await place(0), { position: 0, reset: null })
    t.same(await place(4), { position: 3, reset: { reason: 'ahead', from: 3 } })
    t.same(await place(Number.MAX_SAFE_INTEGER), {
      position: 3,
      reset: { reason: 'ahead', from: 3 },
    })
    await appendMessage(store, ann, 'd')
    await store.retention.deleteExpired(fixture.clock.now())
    t.same(await place(0), { position: 3, reset: null })
    t.same(await place(1), { position: 3, reset: { reason: 'trimmed', from: 3 } })
    t.same(await place(3), { position: 3, reset: null })
  })

  await t.test('resolves a cursor of an unknown epoch', async (t) => {
    const fixture = await openFixture(t)
    const before = await fixture.open()
    const ann = await registerUser(before, 'ann')
    await appendMessage(before, ann, 'a')
    await before.close()
    fixture.clock.advance(1)
    await fixture.restart()
    const store = await fixture.open()
    t.teardown(() => store.close())
    await appendMessage(store, ann, 'b')
    const place = async (id: number, epoch: string) =>
      placeOf(await store.log.resolveCursor({ id, epoch }))
    const good = (id: number) => ({ position: id, reset: { reason: 'new-epoch', from: id } })
    t.same(await place(0, '00000000'), good(0))
    t.same(await place(1, '00000000'), { position: 0, reset: { reason: 'rewound', from: 0 } })
    t.same(await place(1, 'zzzzzzzz'), good(1), 'before the newest epoch')
    t.same(await place(2, 'zzzzzzzz'), { position: 1, reset: { reason: 'rewound', from: 1 } })
  })

  await t.test('answers `ahead` for a cursor of the current epoch past the head', async (t) => {
    const { store } = await openStore(t, openFixture)
    const { epoch } = await store.log.bounds()
    t.match(epoch, /^[0-9a-z]{8}$/)
    t.same(placeOf(await store.log.resolveCursor({ id: 5, epoch })), {
      position: 0,
      reset: { reason: 'ahead', from: 0 },
    })
  })

  await t.test('gives each start an epoch of its own, whatever the clock does', async (t) => {
    const fixture = await openFixture(t)
    const epochs: string[] = []
    for (const pass of [0, 0, -60_000, 60_000, 10]) {
      fixture.clock.advance(pass)
      await fixture.restart()
      const store = await fixture.open()
      epochs.push((await store.log.bounds()).epoch)
      await store.close()
    }
    t.same(epochs, [...new Set(epochs)].sort())
    t.equal(epochs.at(-1), fixture.clock.now().toString(36).padStart(8, '0'))
  })
}

const scenario = [
  { appends: 3, trims: false, after: 'take snapshot' as const },
  { appends: 2, trims: false, after: 'go on' as const },
  { appends: 1, trims: false, after: 'go back' as const },
  { appends: 3, trims: true, after: 'go on' as const },
]

function placeOf({ position, reset }: CursorResolution) {
  return { position, reset }
}

/** A client that has seen lost entries goes back to where the logs diverge. */
function expected(
  held: string[],
  log: string[],
  { oldest, isOld }: { oldest: number; isOld: boolean },
) {
  const edge = oldest - 1
  const diverged = held.findIndex((text, at) => text !== log[at])
  if (diverged >= 0) {
    return { position: Math.max(diverged, edge), reset: { reason: 'rewound', from: diverged } }
  }
  const { length: id } = held
  if (isOld) return { position: id, reset: { reason: 'new-epoch', from: id } }
  if (id < edge) return { position: edge, reset: { reason: 'trimmed', from: edge } }
  return { position: id, reset: null }
}
