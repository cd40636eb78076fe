import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { gaps, holds, words } from './support/books.ts'
import { full } from './support/deadline.ts'
import { openChains, settle } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { logIn, soundness } from './support/log.ts'
import { runCommand } from './support/process.ts'
import { openSite } from './support/site.ts'

const backups = full ? 20 : 2
t.setTimeout(full ? 300_000 : 100_000)

t.test('a backup every second under load, each restored', async (t) => {
  const site = await openSite(t)
  const people = await site.registerAll('ann', 'bob')
  const [ann] = people
  const chains = openChains(t, site, people)
  const kept = await temporaryFolder(t)
  const load = new Load(site, { people, lanes: 16, directEvery: 5, keylessEvery: 3 }).start()
  await load.more(100)
  const taken: { file: string; before: number[] }[] = []
  const took: number[] = []
  const start = Date.now()
  for (let number = 1; number <= backups; number++) {
    const due = delay(1_000)
    const file = join(kept, `${number}.db`)
    const before = load.acts.flatMap(({ id }) => id ?? [])
    const { code, ms, stderr } = await runCommand(site.folder, ['backup', file])
    t.equal(code, 0, stderr)
    taken.push({ file, before })
    took.push(ms)
    await due
  }
  const apart = Math.round((Date.now() - start) / backups)
  await load.stop()
  const log = await settle(site, chains)
  for (const { resets, newEpochs } of chains) t.same([resets, newEpochs], [[], []])
  const aside = { backups, 'ms apart': apart, 'ms for one at most': Math.max(...took) }
  holds(t, log, load, chains, words(aside))

  for (const { file, before } of taken) {
    t.equal(soundness(file), 'ok')
    const folder = `${file}.data`
    t.match(await runCommand(folder, ['restore', file]), {
      code: 0,
      stderr: /^copied .*\nchecking the backup\n$/s,
    })
    t.equal(soundness(join(folder, 'obrol.db')), 'ok')
    const copy = logIn(folder)
    t.same(gaps(copy), [])
    const changed = new Set(log.slice(copy.length).map(({ ref }) => ref))
    t.same(
      copy.filter(({ id }) => !changed.has(id)),
      log.slice(0, copy.length).filter(({ id }) => !changed.has(id)),
      'a prefix of the log, but for what was changed since',
    )
    t.ok(copy.length >= Math.max(...before), 'with all that was acknowledged before it began')
    const again = await openSite(t, { folder })
    t.equal((await again.call('GET', '/v1/me', { person: ann })).status, 200, 'tokens are good')
    const body = { text: 'and on' }
    const post = await again.call('POST', '/v1/messages/broadcast', { person: ann, body })
    t.match(post, { status: 201, body: { id: copy.length + 1 } })
    await again.stop()
  }
})
