import postgres from 'postgres'
import t from 'tap'
import { openPostgresStore } from '../../../src/store/postgres/store.ts'
import type { Entry } from '../../../src/store/store.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { draft, hour, idsOf, join, say, sayAll, ticket } from '../people.ts'
import { openNode, through } from './node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('six nodes start at once on an empty database: one schema, one key', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.emptyDatabase()
    const nodes = await Promise.all(Array.from({ length: 6 }, () => openNode(t, databaseUrl)))
    const keys = await Promise.all(nodes.map(({ store }) => store.signingKey()))
    t.equal(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size, 1)
    t.ok((keys[0] as Uint8Array).length >= 32)
    const extents = await Promise.all(nodes.map(({ store }) => store.extent()))
    t.equal(new Set(extents.map(({ epoch }) => epoch)).size, 1)
    await Promise.all(nodes.map(({ store }) => store.close()))
  })

  t.test('a node tells what another did: said, ended, came and went', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await join(here.store, 'ann')
    const bob = await join(there.store, 'bob')
    await say(here.store, ann, 'a')
    await there.heard.until(({ ids }) => ids.length === 1)
    await Promise.all([
      ...Array.from({ length: 20 }, () => say(here.store, ann, 'x')),
      ...Array.from({ length: 20 }, () => say(there.store, bob, 'x')),
    ])
    for (const { heard } of [here, there]) {
      await heard.until(({ ids }) => ids.length === 41)
      t.same(
        heard.ids,
        Array.from({ length: 41 }, (_, at) => at + 1),
      )
    }
    await here.store.changePresence({ enter: [ann], leave: [] })
    await there.heard.until(({ sessions }) => sessions.length === 1)
    t.same(
      await there.store.append([draft(bob, 'hi', { to: 'ann', whenOffline: 'reject' })], ticket()),
      [{ kind: 'appended', entry: (await there.store.entry(42, bob.account.id)) as never }],
    )
    await here.store.endSession(ann.id)
    await there.heard.until(({ ended }) => ended.length === 1)
    t.same([there.heard.ended, there.heard.sessions], [[ann.id], [`+${ann.id}`, `-${ann.id}`]])
    t.ok(there.store.current)
    t.same(await there.store.append([draft(ann, 'late')], ticket()), [{ kind: 'session-ended' }])
  })

  t.test(
    'what others said is told as it is read: who said it, to whom, what and when',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
      const ann = await join(here.store, 'ann')
      const bob = await join(here.store, 'bob')
      const told: Entry[] = []
      const { promise: all, resolve } = Promise.withResolvers<void>()
      const ignore = () => {}
      there.store.follow({
        news: ({ entries }) => {
          told.push(...entries)
          if (told.length === 4) resolve()
        },
        turned: ignore,
        lost: ignore,
        found: ignore,
      })
      await sayAll(here.store, [
        draft(ann, 'a "quoted" \\ {1,2}, NULL 🙂'),
        draft(bob, 'b', { to: 'ann', whenOffline: 'keep' }),
        draft(ann, 'c', { to: 'bob', whenOffline: 'keep' }),
        draft(bob, 'd'),
      ])
      await all
      t.same(
        told,
        await Promise.all([1, 2, 3, 4].map((id) => here.store.entry(id, ann.account.id))),
      )
    },
  )

  t.test(
    'a log that was short when plans were made is never read from its beginning',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
      const ann = await join(here.store, 'ann')
      for (let nth = 1; nth <= 20; nth++) {
        await say(here.store, ann, 'x')
        await there.heard.until(({ ids }) => ids.length === nth)
        await there.store.read(nth - 1, ann.account.id)
        await there.store.page(ann.account.id, { limit: 10 })
      }
      const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
      t.teardown(() => sql.end())
      const scans = () => sql`
      SELECT pg_stat_clear_snapshot(), seq_scan AS scans FROM pg_stat_user_tables
      WHERE relname = 'entries'`
      // Each session tells of what it did when it has done nothing for a while.
      await Promise.all([here.store.close(), there.store.close()])
      t.match(await scans(), [{ scans: '0' }])
    },
  )

  t.test('one key on two nodes at once stands for one message', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await join(here.store, 'ann')
    for (let at = 0; at < 20; at += 1) {
      const same = draft(ann, 'once', { key: `${at}` })
      const kinds = await Promise.all(
        [here, there].map(async ({ store }) => (await store.append([same], ticket()))[0]?.kind),
      )
      t.same(kinds.sort(), ['appended', 'replayed'])
    }
    t.match(await here.store.extent(), { head: 20 })
  })

  t.test('a node that is behind a cursor follows the log to it first', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const here = await openNode(t, databaseUrl)
    proxy.dropNotifications()
    const there = await openNode(t, through(databaseUrl, proxy), { lookEveryMs: 60_000 })
    const ann = await join(here.store, 'ann')
    await sayAll(
      here.store,
      Array.from({ length: 1_500 }, () => draft(ann, 'x')),
    )
    const { epoch } = await here.store.extent()
    t.match(await there.store.place({ id: 1_500, epoch }), { position: 1_500, reset: null })
    t.equal(there.heard.ids.length, 1_500)
    await here.store.changePresence({ enter: [ann], leave: [] })
    t.match(await there.store.present(), [{ session: ann.id }])
  })

  t.test('a session that moves between nodes does not leave', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await join(here.store, 'ann')
    await here.store.changePresence({ enter: [ann], leave: [] })
    for (let moves = 0; moves < 10; moves += 1) {
      const [from, to] = moves % 2 === 0 ? [here, there] : [there, here]
      await to.store.changePresence({ enter: [ann], leave: [] })
      await from.store.changePresence({ enter: [], leave: [ann.id] })
    }
    t.same(await there.store.present(), await here.store.present())
    await here.store.changePresence({ enter: [], leave: [ann.id] })
    for (const { heard } of [here, there]) {
      await heard.until(({ sessions }) => sessions.length === 2)
      t.same(heard.sessions, [`+${ann.id}`, `-${ann.id}`])
    }
  })

  t.test('the people of a node that died leave when its lease runs out', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const lease = { presenceLeaseMs: 1_000, answerMs: 400, lookEveryMs: 100 }
    const here = await openNode(t, databaseUrl, lease)
    const there = await openNode(t, through(databaseUrl, proxy), lease)
    const ann = await join(here.store, 'ann')
    const bob = await join(here.store, 'bob')
    await here.store.changePresence({ enter: [bob], leave: [] })
    await there.store.changePresence({ enter: [ann, bob], leave: [] })
    const hungAt = performance.now()
    proxy.hang()
    await here.heard.until(({ sessions }) => sessions.includes(`-${ann.id}`))
    t.ok(performance.now() - hungAt > 600, 'not before')
    t.match(await here.store.present(), [{ session: bob.id }])

    proxy.heal()
    await here.heard.until(({ sessions }) => sessions.length === 4)
    t.same(
      here.heard.sessions.slice(2),
      [`-${ann.id}`, `+${ann.id}`],
      'it was not dead: they enter again',
    )
    t.equal((await here.store.present()).length, 2)
  })

  t.test('a node that lost its lease enters again with whom it holds', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const [ann, bob] = [await join(store, 'ann'), await join(store, 'bob')]
    await store.changePresence({ enter: [ann], leave: [] })
    await server.run('DELETE FROM nodes; DELETE FROM presence', nameOf(databaseUrl))
    await store.changePresence({ enter: [bob], leave: [] })
    const present = await store.present()
    t.same(present.map(({ session }) => session).sort(), [ann.id, bob.id].sort())
  })

  t.test('the people of a node that is shut down have their grace', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { graceMs: 2_000, lookEveryMs: 100 }
    const before = await openNode(t, databaseUrl, options)
    const ann = await join(before.store, 'ann')
    await before.store.changePresence({ enter: [ann], leave: [] })
    await before.store.close()
    const openedAt = performance.now()
    const after = await openNode(t, databaseUrl, options)
    t.match(await after.store.present(), [{ session: ann.id }])
    await after.heard.until(({ sessions }) => sessions.length === 1)
    t.same(after.heard.sessions, [`-${ann.id}`])
    t.ok(performance.now() - openedAt > 1_500)
  })

  t.test('counts are one for all nodes', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const [one, other] = [here.store.counts, there.store.counts]
    if (!one || !other) throw new Error('they count together')
    const allowance = { limit: 2, windowMs: hour }
    t.same(await one.add('ann', allowance), { counted: true })
    t.same(await other.add('ann', allowance), { counted: true })
    const refused = await one.add('ann', allowance)
    t.match(refused, { counted: false })
    if (!refused.counted) t.ok(refused.retryAfterMs > hour - 60_000 && refused.retryAfterMs <= hour)
    await other.takeBack('ann')
    t.same(await one.add('ann', allowance), { counted: true })
    await one.add('bob', { limit: 1, windowMs: 0 })
    t.same(await one.add('bob', { limit: 1, windowMs: 0 }), { counted: true }, 'its time is over')
    t.match(await here.store.sweep(undefined), { more: false })
  })

  t.test('a clock that is set back makes no window longer', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const { counts } = store
    if (!counts) throw new Error('it counts')
    const allowance = { limit: 1, windowMs: 60_000 }
    const database = new URL(databaseUrl).pathname.slice(1)
    const setBack = (ms: number) =>
      server.run(`UPDATE counts SET ends_at = ends_at + ${ms}`, database)
    t.same(await counts.add('ann', allowance), { counted: true })
    await setBack(30_000)
    const refused = await counts.add('ann', allowance)
    t.match(refused, { counted: false, retryAfterMs: 60_000 }, 'no more than the window is told')
    await setBack(3_600_000)
    t.same(await counts.add('ann', allowance), { counted: true }, 'what was begun by it is over')
    t.match(await counts.add('ann', allowance), { counted: false })
  })

  t.test('several nodes sweep at once', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const nodes = await Promise.all([0, 1, 2].map(() => openNode(t, databaseUrl)))
    const { store } = nodes[0] as (typeof nodes)[0]
    const ann = await join(store, 'ann')
    await sayAll(
      store,
      Array.from({ length: 2_500 }, () => draft(ann, 'x')),
    )
    const future = Date.now() + hour
    await Promise.all(
      nodes.map(async ({ store }) => {
        while ((await store.sweep(future)).more);
      }),
    )
    while ((await store.sweep(future)).more);
    t.match(await store.extent(), { oldest: 2_500, head: 2_500 })
    t.same(idsOf((await store.read(0, ann.account.id)).entries), [2_500])
  })

  t.test('a closed store takes nothing', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0 }
    const store = await openPostgresStore(options)
    const busy = store.extent()
    await store.close()
    await t.resolves(busy)
    await t.rejects(store.append([], ticket()), { name: 'Unavailable' })
    await t.rejects(store.present(), { name: 'Unavailable' })
  })
}

function nameOf(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1)
}
