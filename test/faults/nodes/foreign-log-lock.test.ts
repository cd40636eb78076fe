import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { databaseNameOf } from '../../support/database-url.ts'
import { blocksOf } from '../../support/markdown.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { call } from '../support/caller.ts'
import { within } from '../support/deadline.ts'
import { openInProcessNodes, postBroadcast } from './support/in-process-nodes.ts'

t.setTimeout(60_000)

if (postgresRuns) {
  t.test(
    'nodes notice a stranger who holds the lock of the log, and the docs say how to keep them out',
    async (t) => {
      const server = await sharedPostgres()
      await server.run('CREATE ROLE stranger LOGIN; CREATE ROLE owner LOGIN')
      const created = await server.emptyDatabase('OWNER owner')
      const database = databaseNameOf(created)
      const databaseUrl = server.url(database, { user: 'owner' })
      const { nodes, people } = await openInProcessNodes(t, ['ann'], { databaseUrl })
      const ready = () =>
        Promise.all(
          nodes.servers.map(async ({ url }) => (await call(url, 'GET', '/readyz')).status),
        )
      t.same(await ready(), [200, 200])

      const sql = postgres(server.url(database, { user: 'stranger' }), {
        max: 1,
        onnotice: () => {},
      })
      t.teardown(() => sql.end())
      await sql.begin(async (sql) => {
        await sql`SELECT pg_advisory_xact_lock(1331851887, 1)`
        // The result of a check is cached for a second.
        const noticed = async () => {
          while ((await ready()).includes(200)) await delay(50)
        }
        await within(10_000, 'readyz to fail', noticed())
        t.equal(
          (await postBroadcast(nodes.servers[0] as (typeof nodes.servers)[0], people[0], 'x'))
            .status,
          503,
        )
      })
      const healed = async () => {
        while ((await ready()).includes(503)) await delay(50)
      }
      await within(10_000, 'readyz to answer', healed())

      const documented = blocksOf('docs/scaling.md').find(({ text }) => /^REVOKE/.test(text))
      const statements = documented?.text
        .replaceAll('DATABASE obrol', `DATABASE ${database}`)
        .replaceAll('TO obrol', 'TO owner') as string
      const owner = postgres(databaseUrl, { max: 1 })
      await owner.unsafe(statements).simple()
      await owner.end()
      await sql.end()
      const again = postgres(server.url(database, { user: 'stranger' }), { max: 1 })
      await t.rejects(again`SELECT 1`, { message: /permission denied for database/ })
      await again.end()
      t.equal(
        (await postBroadcast(nodes.servers[1] as (typeof nodes.servers)[0], people[0], 'y')).status,
        201,
      )
    },
  )
}
