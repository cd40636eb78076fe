import { readdirSync } from 'node:fs'
import t from 'tap'
import { Nodes } from '../../support/nodes.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { queryRows } from '../../support/query-rows.ts'
import { words } from '../support/books.ts'
import { call } from '../support/caller.ts'
import { full } from '../support/deadline.ts'
import { postBroadcast } from './support/in-process-nodes.ts'

const nodes = 6
const rounds = full ? 10 : 1
t.setTimeout(full ? 200_000 : 60_000)

const migrations = readdirSync(new URL('../../../migrations/postgres', import.meta.url)).sort()

if (postgresRuns) {
  t.test('six nodes start at once on an empty database', async (t) => {
    const server = await sharedPostgres()
    const took: number[] = []
    for (let round = 0; round < rounds; round++) {
      const databaseUrl = await server.emptyDatabase()
      const all = new Nodes({
        databaseUrl,
        count: nodes,
        tuning: { postgres: { maxConnections: 2 } },
      })
      t.teardown(() => all.stop())
      const since = performance.now()
      await Promise.all(all.servers.map((node) => node.start()))
      took.push(performance.now() - since)

      const applied = await queryRows<{ name: string }>(
        databaseUrl,
        'SELECT name FROM migrations ORDER BY name',
      )
      t.same(
        applied.map(({ name }) => name),
        migrations,
        'each migration is applied once',
      )
      const [kept] = await queryRows(
        databaseUrl,
        `SELECT (SELECT count(*)::integer FROM signing_key) AS keys,
           (SELECT count(*)::integer FROM epochs) AS epochs,
           (SELECT count(*)::integer FROM nodes) AS nodes`,
      )
      t.same(kept, { keys: 1, epochs: 1, nodes })

      const ann = await all.register('ann')
      for (const [number, node] of all.servers.entries()) {
        const { status, body } = await call(node.url, 'GET', '/v1/me', { person: ann })
        t.match({ status, body }, { status: 200, body: { user: { username: 'ann' } } })
        t.match((await postBroadcast(node, ann, `from node ${number}`)).body, { id: number + 1 })
      }
      await all.stop()
    }
    t.comment(words({ rounds, nodes, 'started within (ms)': Math.round(Math.max(...took)) }))
  })
}
