import t from 'tap'
import { openedSession } from '../../../src/store/postgres/opened-session.ts'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { join } from '../people.ts'
import { openNode } from './node.ts'

if (postgresRuns) {
  t.test('a session never gets the id of another', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const { store } = await openNode(t, databaseUrl)
    const ann = await join(store, 'ann')
    const pool = new Pool({ addresses: [databaseUrl], maxConnections: 1, answerMs: 3_000 })
    t.teardown(() => pool.close())
    const drawn = [ann.id, ann.id, 7, 8]
    const rows = await pool.write((sql) => {
      const account = sql`SELECT id, username, created_at FROM accounts WHERE id = ${ann.account.id}`
      return openedSession(sql, account, 1000, () => drawn.shift() as number)
    })
    t.match(rows, [{ id: 7, accountId: ann.account.id, username: 'ann' }])
    t.same(await store.session(ann.id), ann)
  })
}
