import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { AppendLockProbe } from '../../../src/store/postgres/append-lock-probe.ts'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { draft, newBatchId, registerUser } from '../fixtures.ts'
import { isWritable, openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test(
    'while a stranger holds the lock of the log, appends and pings are unavailable',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const { store } = await openNode(t, databaseUrl)
      const ann = await registerUser(store, 'ann')
      await t.resolves(store.ping())
      const sql = postgres(databaseUrl, { max: 1 })
      t.teardown(() => sql.end())
      await sql.begin(async (sql) => {
        await sql`SELECT pg_advisory_xact_lock(1331851887, 1)`
        await t.rejects(store.log.append([draft(ann, 'x')], newBatchId()), { name: 'Unavailable' })
        await t.rejects(store.ping(), { name: 'Unavailable' }, 'the store is not well')
      })
      t.match(await store.log.bounds(), { head: 0 })
      while (!(await isWritable(store))) await delay(20)
    },
  )

  t.test('however often it checks, the probe takes the lock once a second', async (t) => {
    const server = await sharedPostgres()
    const pool = new Pool({
      serverUrls: [await server.freshDatabase()],
      maxConnections: 1,
      queryTimeoutMs: 3_000,
    })
    t.teardown(() => pool.close())
    const takenAt: number[] = []
    const probe = new AppendLockProbe({
      read(query) {
        takenAt.push(performance.now())
        return pool.read(query)
      },
    })
    let checks = 0
    for (const until = Date.now() + 10_000; takenAt.length < 3 && Date.now() < until; checks++) {
      await Promise.all(Array.from({ length: 20 }, () => probe.check()))
      await delay(5)
    }
    const [first, second, third] = takenAt as [number, number, number]
    // The probe reads its clock a moment before it takes the lock.
    t.ok(second - first >= 990 && third - second >= 990, `${checks} rounds of checks`)
  })
}
