import t from 'tap'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a call waits for a free connection until its timeout', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store } = await openNode(t, urlVia(databaseUrl, proxy), {
      queryTimeoutMs: 1_000,
      maxConnections: 1,
    })
    await Promise.all(Array.from({ length: 20 }, () => store.log.bounds()))
    proxy.hang()
    const calls = await Promise.allSettled(Array.from({ length: 4 }, () => store.sessions.find(1)))
    t.ok(calls.every((call) => call.status === 'rejected' && call.reason.name === 'Unavailable'))
    proxy.heal()
    await t.resolves(store.sessions.find(1))
  })

  t.test(
    'a pool that is closed answers the running call and rejects those that wait',
    async (t) => {
      const server = await sharedPostgres()
      const serverUrls = [await server.freshDatabase()]
      const pool = new Pool({ serverUrls, maxConnections: 1, queryTimeoutMs: 3_000 })
      const asked = pool.read((sql) => sql`SELECT 1 AS one FROM pg_sleep(0.1)`)
      const waiting = pool.read((sql) => sql`SELECT 2`)
      const refused = t.rejects(waiting, { name: 'Unavailable' })
      await pool.close()
      t.match(await asked, [{ one: 1 }])
      await refused
    },
  )
}
