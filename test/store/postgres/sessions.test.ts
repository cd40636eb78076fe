import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { insertSession } from '../../../src/store/postgres/sessions.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { hour, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) {
  t.test('a session never gets the id of another', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    const pool = new Pool({ serverUrls: [databaseUrl], maxConnections: 1, queryTimeoutMs: 3_000 })
    t.teardown(() => pool.close())
    const drawn = [ann.id, ann.id, 7, 8]
    const rows = await pool.write((sql) => {
      const account = sql`SELECT * FROM accounts WHERE id = ${ann.account.id}`
      return insertSession(sql, account, 1000, () => drawn.shift() as number)
    })
    t.match(rows, [{ id: 7, accountId: ann.account.id, username: 'ann' }])
    t.same(await store.sessions.find(ann.id), ann)
  })

  t.test('two nodes that open sessions of an account at once keep its limit', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const { account } = await registerUser(store, 'ann')
    for (let count = 1; count < 99; count++) await store.sessions.open(account.id, hour)
    const sql = postgres(databaseUrl, { max: 2 })
    t.teardown(() => sql.end())
    const waiting = async () => {
      const [row] = await sql`
        SELECT count(*)::integer FROM pg_locks
        WHERE NOT granted AND locktype = 'transactionid'`
      return row?.count
    }
    const other = await sql.begin(async (another) => {
      await another`SELECT * FROM obrol_before_session(${account.id}, 99)`
      await another`
        INSERT INTO sessions (id, account_id, created_at, expires_at)
        VALUES (7, ${account.id}, obrol_now() / 1000 * 1000, obrol_now() / 1000 * 1000 + ${hour})`
      const opening = store.sessions.open(account.id, hour)
      const until = Date.now() + 1_500
      while ((await waiting()) === 0 && Date.now() < until) await delay(10)
      return { opening }
    })
    await other.opening
    t.equal((await store.sessions.newest(1000)).length, 100)
  })
}
