import { setTimeout as delay } from 'node:timers/promises'
import postgres from 'postgres'
import t from 'tap'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { insertSession } from '../../../src/store/postgres/sessions.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { draft, hour, newBatchId, registerUser } from '../fixtures.ts'
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
      return insertSession(sql, account, 1000, {}, () => drawn.shift() as number)
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
        WHERE NOT granted AND locktype IN ('transactionid', 'advisory')`
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

  t.test('once a session was ended, nothing is appended with it on any node', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const ann = await registerUser(here.store, 'ann')
    const { account } = ann
    const sql = postgres(databaseUrl, { max: 2 })
    t.teardown(() => sql.end())
    const waiting = async (count: number) => {
      for (;;) {
        const [row] = await sql`SELECT count(*)::integer FROM pg_locks WHERE NOT granted`
        if (row?.count === count) return
        await delay(5)
      }
    }
    const by = { kind: 'session', session: ann.id } as const
    for (const end of [
      (id: number) => here.store.sessions.end(id),
      (id: number) => here.store.sessions.endOwn(by, id),
    ]) {
      const other = await there.store.sessions.open(account.id, hour)
      const post = (text: string) => there.store.log.append([draft(other, text)], newBatchId())
      const { ending, posts } = await sql.begin(async (holder) => {
        await holder`SELECT obrol_lock(1)`
        const early = post('early')
        await waiting(1)
        const ending = end(other.id)
        await waiting(2)
        return { ending, posts: [early, post('at once')] }
      })
      await ending
      const outcomes = (await Promise.all(posts)).flat()
      t.match(outcomes, [{ kind: 'appended' }, { kind: 'session-ended' }])
      t.match(await post('later'), [{ kind: 'session-ended' }])
    }
  })

  t.test(
    'a login that was begun before the password changed opens no session after it',
    async (t) => {
      const databaseUrl = await (await sharedPostgres()).freshDatabase()
      const { store } = await openNode(t, databaseUrl)
      const ann = await registerUser(store, 'ann')
      const sql = postgres(databaseUrl, { max: 2 })
      t.teardown(() => sql.end())
      const { login } = await sql.begin(async (changing) => {
        const [row] = await changing`
        SELECT outcome FROM obrol_change_password(${ann.id}, 'hash of ann', 'new')`
        t.equal(row?.outcome, 'done')
        const login = store.sessions.openWithPassword(ann.account.id, 'hash of ann', hour)
        for (;;) {
          const [waits] = await sql`SELECT count(*)::integer FROM pg_locks WHERE NOT granted`
          if (waits?.count > 0) return { login }
          await delay(5)
        }
      })
      t.equal(await login, 'password-changed')
      t.same(await store.sessions.ofAccount(ann.account.id), [
        {
          id: ann.id,
          createdAt: ann.createdAt,
          expiresAt: ann.expiresAt,
          lastSeenAt: ann.createdAt,
        },
      ])
    },
  )
}
