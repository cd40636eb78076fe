import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { isWritable, openNode, shortTimeouts } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('changes are published while the lease cannot be renewed', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const other = await openNode(t, databaseUrl)
    // Between two polls there is always a gap, after which others may have deleted the lease.
    const here = await openNode(t, databaseUrl, { presenceLeaseMs: 1_000, pollIntervalMs: 500 })
    const ann = await registerUser(other.store, 'ann')
    const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
    t.teardown(() => sql.end())
    const latest: number[] = []
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      for (let nth = 1; nth <= 3; nth++) {
        // The next poll finds the gap. What waits for the lock times out after 2 s.
        await delay(700)
        const began = performance.now()
        await appendMessage(other.store, ann, 'meanwhile')
        await here.updates.until(({ ids }) => ids.length === nth)
        latest.push(Math.round(performance.now() - began))
      }
    })
    t.ok(Math.max(...latest) < 1_000, `none later than ${Math.max(...latest)} ms`)
    t.same(here.updates.transitions, [])
  })

  t.test('the sessions of a dead node leave when its lease expires', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const lease = { presenceLeaseMs: 1_000, queryTimeoutMs: 400, pollIntervalMs: 100 }
    const here = await openNode(t, databaseUrl, lease)
    const there = await openNode(t, urlVia(databaseUrl, proxy), lease)
    const ann = await registerUser(here.store, 'ann')
    const bob = await registerUser(here.store, 'bob')
    await here.store.presence.change({ enter: [bob], leave: [] })
    await there.store.presence.change({ enter: [ann, bob], leave: [] })
    const hungAt = performance.now()
    proxy.hang()
    await here.updates.until(({ sessions }) => sessions.includes(`-${ann.id}`))
    t.ok(performance.now() - hungAt > 600, 'not before')
    t.match(await here.store.presence.list(), [{ session: bob.id }])

    proxy.heal()
    await here.updates.until(({ sessions }) => sessions.length === 4)
    t.same(
      here.updates.sessions.slice(2),
      [`-${ann.id}`, `+${ann.id}`],
      'it was not dead: its sessions enter again',
    )
    t.equal((await here.store.presence.list()).length, 2)
  })

  t.test('a node whose lease was deleted enters its sessions again', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
    await store.presence.change({ enter: [ann], leave: [] })
    await server.run('DELETE FROM nodes; DELETE FROM presence', databaseNameOf(databaseUrl))
    await store.presence.change({ enter: [bob], leave: [] })
    const present = await store.presence.list()
    t.same(present.map(({ session }) => session).sort(), [ann.id, bob.id].sort())
  })

  t.test('the sessions of a node that is shut down stay present for their grace', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const options = { graceMs: 2_000, pollIntervalMs: 100 }
    const before = await openNode(t, databaseUrl, options)
    const ann = await registerUser(before.store, 'ann')
    await before.store.presence.change({ enter: [ann], leave: [] })
    await before.store.close()
    const openedAt = performance.now()
    const after = await openNode(t, databaseUrl, options)
    t.match(await after.store.presence.list(), [{ session: ann.id }])
    await after.updates.until(({ sessions }) => sessions.length === 1)
    t.same(after.updates.sessions, [`-${ann.id}`])
    t.ok(performance.now() - openedAt > 1_500)
  })

  t.test(
    'a node that was cut off for longer than its lease enters its sessions again',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const proxy = await openTcpProxy(t, server.port)
      const leased = { ...shortTimeouts, presenceLeaseMs: 1_000 }
      const { store } = await openNode(t, urlVia(databaseUrl, proxy), leased)
      const other = await openNode(t, databaseUrl, leased)
      const ann = await registerUser(store, 'ann')
      await store.presence.change({ enter: [ann], leave: [] })
      proxy.refuse()
      await other.updates.until(({ sessions }) => sessions.at(-1) === `-${ann.id}`)
      proxy.heal()
      await other.updates.until(({ sessions }) => sessions.at(-1) === `+${ann.id}`)
      t.same(other.updates.sessions, [`+${ann.id}`, `-${ann.id}`, `+${ann.id}`])
    },
  )

  t.test('nobody leaves when no node could renew its lease', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const options = { presenceLeaseMs: 2_000, queryTimeoutMs: 300, pollIntervalMs: 20 }
    const [here, there] = [
      await openNode(t, databaseUrl, options),
      await openNode(t, urlVia(databaseUrl, proxy), options),
    ]
    const [ann, bob] = [
      await registerUser(here.store, 'ann'),
      await registerUser(here.store, 'bob'),
    ]
    await here.store.presence.change({ enter: [ann], leave: [] })
    await there.store.presence.change({ enter: [bob], leave: [] })
    await here.updates.until(({ sessions }) => sessions.includes(`+${bob.id}`))
    const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      // Its queries of before wait for the lock for 2 s at most.
      proxy.hang()
      const [last] = await sql`SELECT max(lease_until) AS until FROM nodes`
      while ((await sql`SELECT 1 WHERE obrol_now() < ${last?.until}::bigint + 1000`).length > 0)
        await delay(20)
    })
    // This node has renewed its lease, which says nothing of the other, whose lease has expired.
    while (!(await isWritable(here.store))) await delay(20)
    await delay(300)
    proxy.heal()
    while (!(await isWritable(there.store))) await delay(20)
    await there.store.presence.change({ enter: [], leave: [bob.id] })
    await here.updates.until(({ sessions }) => sessions.includes(`-${bob.id}`))
    for (const { updates } of [here, there]) {
      t.same(updates.sessions, [`+${ann.id}`, `+${bob.id}`, `-${bob.id}`])
    }
  })

  t.test('ping fails while the database can be read but not written to', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl, {
      queryTimeoutMs: 1_000,
      presenceLeaseMs: 1_000,
    })
    const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      while (await isWritable(store)) await delay(50)
      await t.rejects(store.ping(), { name: 'Unavailable' })
    })
    await t.resolves(store.ping())
  })
}
