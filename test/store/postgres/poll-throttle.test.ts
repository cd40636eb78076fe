import postgres from 'postgres'
import t from 'tap'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('a node does not poll for each of many messages of another', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const here = await openNode(t, databaseUrl)
    const others = await Promise.all([openNode(t, databaseUrl), openNode(t, databaseUrl)])
    const ann = await registerUser(here.store, 'ann')
    const sql = postgres(server.superuserUrl(databaseUrl), { max: 1 })
    t.teardown(() => sql.end())
    const messages = 1_000
    const began = performance.now()
    for (let nth = 1; nth <= messages; nth++) await appendMessage(here.store, ann, `${nth}`)
    for (const { updates } of others) await updates.until(({ ids }) => ids.length === messages)
    const seconds = (performance.now() - began) / 1_000
    for (const { updates } of others) {
      t.same(
        updates.ids,
        Array.from({ length: messages }, (_, at) => at + 1),
      )
    }
    // A session reports its statistics when it ends. Each poll scans the table `swept` once.
    await Promise.all([here, ...others].map(({ store }) => store.close()))
    const [row] = await sql<{ polls: string }[]>`
      SELECT seq_scan AS polls FROM pg_stat_user_tables WHERE relname = 'swept'`
    // Each of the three polls every 5 ms at most, also the one that appends.
    const most = (1 + others.length) * 200 * seconds + 50
    t.ok(
      Number(row?.polls) < most,
      `${row?.polls} polls for ${messages} messages in ${seconds.toFixed(1)} s, at most ${most}`,
    )
  })
}
