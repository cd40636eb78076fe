import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { gaps, holds, words } from './support/books.ts'
import { full } from './support/deadline.ts'
import { allAtHead, openChains, settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { openSite, type Site } from './support/site.ts'

/** Together more than the kernel's socket buffers take, so that the server really has to wait. */
const passing = full ? { count: 100_000, chars: 250 } : { count: 3_000, chars: 3_500 }
t.setTimeout(full ? 300_000 : 100_000)

t.test('a reader that stalls while thousands of messages pass reads on', async (t) => {
  const site = await openSite(t)
  const [ann, bob] = await site.registerAll('ann', 'bob')
  const [eager, stalled] = openChains(t, site, [ann, bob])
  const load = new Load(site, { people: [ann, bob], lanes: 64, filler: filler(passing.chars) })
  await load.run(100)
  await stalled.reach(50)
  stalled.reader.stall()
  const at = stalled.position
  const before = memoryOf(site)
  const start = Date.now()
  await load.run(passing.count)
  const seconds = (Date.now() - start) / 1000
  await allAtHead(site, [eager])
  t.equal(stalled.position, at, 'nothing was read meanwhile')
  const grown = memoryOf(site) - before
  stalled.reader.resume()
  const log = await settle(site, [eager, stalled])
  const aside = { 'stalled for messages': passing.count, seconds, 'server grew by MB': grown }
  holds(t, log, load, [eager, stalled], words(aside))
  for (const { resets, newEpochs } of [eager, stalled]) {
    t.same([resets, newEpochs], [[], []], 'no cursor was ever refused')
  }
})

t.test('a reader stalled below the trimmed edge sees reset first', async (t) => {
  const tuned = fileURLToPath(new URL('support/serve-tuned.ts', import.meta.url))
  const TUNING = JSON.stringify({
    retentionMs: 1_000,
    retentionIntervalMs: 50,
    retentionPostponeMs: 0,
  })
  const site = await openSite(t, { args: [tuned], env: { TUNING } })
  const [ann, bob] = await site.registerAll('ann', 'bob')
  const [stalled, away] = openChains(t, site, [bob, bob])
  // For everyone alone, so that whatever is missing is a gap.
  const load = new Load(site, {
    people: [ann],
    lanes: 64,
    filler: filler(3_500),
    roomEvery: 0,
  })
  await load.run(20)
  await allAtHead(site, [stalled, away])
  stalled.reader.stall()
  await away.close()
  await load.run(full ? 4_000 : 3_000)
  await trimmedTo(site, await site.head(ann))
  stalled.reader.resume()
  away.open()
  await Promise.all([stalled.come('reset'), away.come('reset')])
  await load.run(10)
  const head = await allAtHead(site, [stalled, away])

  for (const chain of [stalled, away]) {
    const ids = [...chain.kept.values()]
    const { from } = chain.resets[0]
    const below = ids.filter(({ id }) => id <= from)
    const above = ids.filter(({ id }) => id > from)
    t.comment(`read ${below.length}, told of a gap up to ${from}, read ${above.length} to ${head}`)
    t.match(chain.resets, [{ reason: 'trimmed' }])
    t.same([gaps(below), gaps(above, from + 1)], [[], []], 'nothing is missing but what it says')
    t.ok(below.length < from, 'there was a gap')
    t.equal(above.at(-1)?.id, head)
    t.match(chain, { doubled: 0, disordered: 0, newEpochs: [], misplaced: [] })
  }
  t.equal(away.reader.events[0]?.event, 'reset')
})

/** Resolves when the log begins at an id or past it. */
async function trimmedTo(site: Site, id: number): Promise<void> {
  const until = Date.now() + 20_000
  const person = await site.register('eve')
  for (;;) {
    const { body } = await site.call('GET', '/v1/messages?after=0&limit=1', { person })
    if (body.messages[0].id >= id) return
    if (Date.now() > until) throw new Error(`the log still begins at ${body.messages[0].id}`)
  }
}

function filler(chars: number): string {
  return '🐟 über '.repeat(chars / 7)
}

/** The server's memory in MB, where the system tells. */
function memoryOf({ process }: Site): number {
  try {
    const status = readFileSync(`/proc/${process.pid}/status`, 'utf8')
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)
  } catch {
    return Number.NaN
  }
}
