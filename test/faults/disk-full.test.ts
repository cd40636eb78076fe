import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { temporaryFolder } from '../support/room.ts'
import { holds, words } from './support/books.ts'
import { readAllAgain } from './support/chain.ts'
import { allAtHead, openChains } from './support/fleet.ts'
import { Load } from './support/load.ts'
import { logIn } from './support/log.ts'
import { openSite } from './support/site.ts'
import { Filler, rootOf, smallDisk } from './support/small-disk.ts'

/** Where no disk can be made: the posts fill the database, and trimming makes room some seconds later. */
const smallDatabase = {
  args: [fileURLToPath(new URL('support/serve-tuned.ts', import.meta.url))],
  env: {
    TUNING: JSON.stringify({
      maxPages: 256,
      retentionMs: 5_000,
      retentionIntervalMs: 100,
      retentionPostponeMs: 0,
    }),
  },
}

t.test('a full disk stops the posts alone, until there is room again', async (t) => {
  const folder = await temporaryFolder(t)
  const inside = smallDisk(folder, 8)
  if (!inside) t.comment('nothing can be mounted here: the database is kept small instead')
  const site = await openSite(t, { folder, ...(inside ? { inside } : smallDatabase) })
  const people = await site.registerAll('ann', 'bob')
  const [ann] = people
  const chains = openChains(t, site, people)
  const load = new Load(site, {
    people,
    lanes: 16,
    keylessEvery: 3,
    filler: 'x'.repeat(400),
    // Of a trimmed log it is not known who was in which room.
    roomEvery: inside ? 2 : 0,
  })
  load.start()
  await load.more(200)

  const filler = inside && new Filler(site)
  filler?.fill()
  const fullAt = Date.now()
  await load.until(() => load.count('503 unavailable') > 30, '503 for posts')
  await site.answers('/readyz', 503)
  const refused = await site.call('POST', '/v1/messages/broadcast', {
    person: ann,
    body: { text: 'x'.repeat(4_000) },
  })
  t.match(refused, { status: 503, body: { type: '/problems/unavailable' } })
  t.ok(refused.headers['retry-after'], 'it says when to try again')
  t.equal((await site.call('GET', '/v1/messages', { person: ann })).body.messages.length, 50)
  t.equal((await site.call('GET', '/healthz')).status, 200)
  await Promise.all(
    chains.map((chain) => chain.come('heartbeat', (chain.counts.get('heartbeat') ?? 0) + 3)),
  )
  const acknowledged = load.acknowledged
  const fullFor = Date.now() - fullAt

  filler?.remove()
  const freedAt = Date.now()
  await load.more(200)
  const recovery = Date.now() - freedAt
  await site.answers('/readyz', 200)
  await load.stop()
  const head = await allAtHead(site, chains)
  if (inside) await readAllAgain(chains, head)
  const aside = {
    'MB filled': (filler?.bytes ?? 0) / 1024 ** 2,
    'posts before': acknowledged,
    'ms full': fullFor,
    'ms to the first 200 after': recovery,
  }
  // A trimmed log holds no longer what it once did: then a reader who had it all stands for it.
  const log = inside
    ? logIn(await copied(rootOf(site), await temporaryFolder(t)))
    : [...chains[0].kept.values()].map(({ id, from, text }) => {
        return { id, kind: 'message', from, text, deleted: false }
      })
  holds(t, log, load, chains, words(aside))
  for (const { connections, resets, newEpochs } of chains) {
    t.equal(connections, 1, 'the stream stayed open')
    t.same([resets, newEpochs], [[], []])
  }
  t.equal((await site.stop()).code, 0)
})

/** SQLite opens no database by a path through the root of another process. */
async function copied(from: string, to: string): Promise<string> {
  for (const file of ['obrol.db', 'obrol.db-wal']) await copyFile(join(from, file), join(to, file))
  return to
}
