import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join as joinPath } from 'node:path'
import t, { type Test } from 'tap'
import { checkServer } from '../../../src/store/postgres/check-server.ts'
import { serverUrlsOf } from '../../../src/store/postgres/connect-to-primary.ts'
import type { Connection } from '../../../src/store/postgres/connection.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { StartError } from '../../../src/store/start-error.ts'
import { databaseNameOf } from '../../support/database-url.ts'
import { freePort } from '../../support/free-port.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { openNode } from './open-node.ts'

t.test('a URL may name several servers', async (t) => {
  t.same(serverUrlsOf('postgres://me:pw@a:1,b,c:3/chat?x=y'), [
    'postgres://me:pw@a:1/chat?x=y',
    'postgres://me:pw@b/chat?x=y',
    'postgres://me:pw@c:3/chat?x=y',
  ])
  for (const one of ['postgresql://localhost/chat', 'postgres:///chat', 'chat']) {
    t.same(serverUrlsOf(one), [one])
  }
})

t.test('a server that cannot keep a log is refused', async (t) => {
  const good = {
    version: 15,
    encoding: 'UTF8',
    standby: false,
    settings: {},
    schemas: ['pg_catalog', 'public'],
    alter: 'ALTER ROLE me IN DATABASE chat SET',
  }
  const check = (facts: object) =>
    checkServer({ run: async () => [{ ...good, ...facts }] } as unknown as Connection, 1)
  await t.resolves(check({}))
  await t.resolves(check({ schemas: ['pg_temp_3', 'pg_catalog', 'me', 'public'] }))
  for (const [facts, message] of [
    [{ version: 14 }, /PostgreSQL 14 is too old/],
    [{ encoding: 'LATIN1' }, /encoded in LATIN1/],
    [{ standby: true }, /standby/],
    [{ schemas: ['pg_catalog'] }, /search_path must name a schema that is there/],
    [
      { schemas: ['mine', 'pg_catalog'] },
      /pg_catalog not behind it.* SET search_path = "\$user", p/,
    ],
  ] as const) {
    await t.rejects(check(facts), { message })
  }
})

if (postgresRuns) suite()

function suite(): void {
  t.test('a failed start says why in one line, without the password', async (t) => {
    const server = await sharedPostgres()
    await refused(t, `postgres://ann:secret@127.0.0.1:${await freePort()}/chat`, /ECONNREFUSED/)
    await refused(t, server.url('nowhere'), /database "nowhere" does not exist/)
    await refused(
      t,
      server.url('postgres', { user: 'nobody:secret' }),
      /role "nobody" does not exist/,
    )
    const latin = await server.emptyDatabase("TEMPLATE template0 ENCODING 'SQL_ASCII'")
    await refused(t, latin, /encoded in SQL_ASCII/)
    await refused(t, `${await server.freshDatabase()}?synchronous_commit=off`, /synchronous_commit/)
    const newer = await server.freshDatabase()
    await server.run("INSERT INTO migrations VALUES ('9999-later.sql')", databaseNameOf(newer))
    await refused(t, newer, /newer version of Obrol \(migration 9999-later\.sql/)
  })

  t.test('the settings of a role are overridden', async (t) => {
    const server = await sharedPostgres()
    await server.run(`
      CREATE ROLE lax LOGIN;
      ALTER ROLE lax SET default_transaction_isolation = 'repeatable read';
      ALTER ROLE lax SET synchronous_commit = off`)
    const name = databaseNameOf(await server.emptyDatabase('OWNER lax'))
    const { store } = await openNode(t, server.url(name, { user: 'lax' }))
    const ann = await registerUser(store, 'ann')
    t.equal((await appendMessage(store, ann, 'hi')).id, 1)
    await t.rejects(
      server.run("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT obrol_append('[]', 't')", name),
      /must be read committed/,
    )
  })

  t.test('a migration is applied whole or not at all', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.emptyDatabase()
    const migrations = joinPath(t.testdir(), 'sql')
    mkdirSync(migrations)
    writeFileSync(joinPath(migrations, '0001-half.sql'), 'CREATE TABLE half (); SELECT nonsense()')
    const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0, migrations }
    await t.rejects(openPostgresStore(options), /nonsense/)
    await t.rejects(server.run('TABLE half', databaseNameOf(databaseUrl)), /does not exist/)
  })

  t.test('a server is reached by its Unix socket', async (t) => {
    const server = await sharedPostgres()
    const name = databaseNameOf(await server.freshDatabase())
    const where = { PGHOST: dirname(server.folder), PGPORT: `${server.port}`, PGUSER: 'postgres' }
    Object.assign(process.env, where)
    t.teardown(() => {
      for (const key of Object.keys(where)) delete process.env[key]
    })
    const { store } = await openNode(t, `postgres:///${name}`)
    t.match(await store.log.bounds(), { head: 0 })
  })

  t.test('the primary is found among several servers', async (t) => {
    const server = await sharedPostgres()
    const url = new URL(await server.freshDatabase())
    const dead = await freePort()
    const databaseUrl = url.href.replace(url.host, `127.0.0.1:${dead},${url.host}`)
    const { store } = await openNode(t, databaseUrl)
    t.match(await store.log.bounds(), { head: 0 })
    // Each of several connections that are opened at once finds it on its own.
    const pool = new Pool({
      serverUrls: serverUrlsOf(databaseUrl),
      maxConnections: 4,
      queryTimeoutMs: 3_000,
    })
    t.teardown(() => pool.close())
    const asks = Array.from({ length: 4 }, () => pool.read((sql) => sql`SELECT 1 AS one`))
    t.match(await Promise.all(asks), Array(4).fill([{ one: 1 }]))
  })
}

async function refused(t: Test, databaseUrl: string, message: RegExp): Promise<void> {
  const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0, queryTimeoutMs: 2_000 }
  const error = await openPostgresStore(options).catch((error: unknown) => error)
  t.type(error, StartError)
  const { message: line } = error as StartError
  t.match(line, message)
  t.notMatch(line, /secret|\n/)
}
