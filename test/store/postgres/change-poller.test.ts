import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { Connection } from '../../../src/store/postgres/connection.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('news is told while the lease cannot be renewed', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const other = await openNode(t, databaseUrl)
    // There is always a gap between two looks, after which others may have taken the lease.
    const here = await openNode(t, databaseUrl, { presenceLeaseMs: 1_000, pollIntervalMs: 500 })
    const ann = await registerUser(other.store, 'ann')
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    const latest: number[] = []
    await sql.begin(async (sql) => {
      await sql`LOCK TABLE nodes IN EXCLUSIVE MODE`
      for (let nth = 1; nth <= 3; nth++) {
        // The look after so long finds the gap. What waits for the lock gives up after 2 s.
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

  t.test('a connection that could not listen is not looked through', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const warnings: string[] = []
    const here = await openNode(t, urlVia(databaseUrl, proxy), {
      presenceLeaseMs: 1_000,
      pollIntervalMs: 50,
      onWarning: (warning) => warnings.push(warning),
    })
    const other = await openNode(t, databaseUrl, { presenceLeaseMs: 600_000 })
    const ann = await registerUser(other.store, 'ann')
    proxy.spoil('LISTEN obrol')
    proxy.cut()
    await appendMessage(other.store, ann, 'a')
    await here.updates.until(({ ids }) => ids.length === 1)

    // It rings for itself three times a second, and warns where it does not hear that within one.
    const listener = postgres(databaseUrl, { max: 1 })
    t.teardown(() => listener.end())
    const { promise: rungOften, resolve } = Promise.withResolvers<void>()
    let rings = 0
    await listener.listen('obrol', () => {
      rings += 1
      if (rings === 6) resolve()
    })
    await rungOften
    t.same(warnings, [])
  })

  t.test('what fails in the follower is not taken for a database that is away', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase())
    const ann = await registerUser(store, 'ann')
    const { promise: uncaught, resolve } = Promise.withResolvers<unknown>()
    process.setUncaughtExceptionCaptureCallback(resolve)
    t.teardown(() => process.setUncaughtExceptionCaptureCallback(null))
    const ignore = () => {}
    store.subscribe({
      updated: () => {
        throw new Error('a fault of ours')
      },
      diverged: ignore,
      disconnected: ignore,
      reconnected: ignore,
    })
    await appendMessage(store, ann, 'hi')
    t.match(await uncaught, { message: 'a fault of ours' })
  })

  t.test('no session ends for being idle, whatever the role says', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const name = databaseNameOf(databaseUrl)
    await server.run(`ALTER DATABASE ${name} SET idle_session_timeout = '20ms'`)
    const connection = new Connection(databaseUrl)
    t.same(await connection.run((sql) => sql`SHOW idle_session_timeout`, 1_000), [
      { idle_session_timeout: '0' },
    ])
    await connection.close()
  })
}
