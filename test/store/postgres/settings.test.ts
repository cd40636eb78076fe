import t, { type Test } from 'tap'
import { Connection } from '../../../src/store/postgres/connection.ts'
import { openPostgresStore } from '../../../src/store/postgres/open.ts'
import { Pool } from '../../../src/store/postgres/pool.ts'
import { sessionSettings } from '../../../src/store/postgres/session-settings.ts'
import { loadOrCreateSigningKey } from '../../../src/store/postgres/signing-key.ts'
import { StartError } from '../../../src/store/start-error.ts'
import { databaseNameOf } from '../../support/database-url.ts'
import { parseIni } from '../../support/documented.ts'
import { blocksOf } from '../../support/markdown.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { queryRows } from '../../support/query-rows.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { hostileSettings } from './hostile-settings.ts'
import { openNode } from './open-node.ts'

/** A schema with names that the log uses, in which it must not look them up. */
const maliciousSchema = `
  CREATE SCHEMA evil;
  GRANT ALL ON SCHEMA evil TO PUBLIC;
  CREATE FUNCTION evil.obrol_lock(integer) RETURNS void LANGUAGE sql AS 'SELECT 1 / 0';
  CREATE FUNCTION evil.obrol_now() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
  CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT to_timestamp(0)';
  CREATE FUNCTION evil.floor(numeric) RETURNS numeric LANGUAGE sql AS 'SELECT 1 / 0.0';
  CREATE FUNCTION evil.current_setting(text) RETURNS text LANGUAGE sql AS 'SELECT ''nonsense''';
  CREATE TABLE evil.sessions (nothing integer)`

/** Where settings can be set; in PostgreSQL each overrides the one before. */
const whose = {
  'the database': (database: string, _role: string) => `DATABASE ${database}`,
  'the role': (_database: string, role: string) => `ROLE ${role}`,
  'the role in the database': (database: string, role: string) =>
    `ROLE ${role} IN DATABASE ${database}`,
}

/** Settings that PgBouncer itself sets on its connections. */
const trackedByPgBouncer = [
  'application_name',
  'DateStyle',
  'TimeZone',
  'standard_conforming_strings',
]

t.test('the documented PgBouncer accepts the settings that a node sends', async (t) => {
  const ini = blocksOf('docs/scaling.md').find(({ text }) => text.startsWith('[pgbouncer]'))
  const { values } = parseIni(ini?.text as string)
  const sent = Object.keys(sessionSettings).filter((name) => !trackedByPgBouncer.includes(name))
  t.same(values.ignore_startup_parameters?.split(',').sort(), sent.sort())
})

if (postgresRuns) suite()

function suite(): void {
  for (const [number, [what, named]] of Object.entries(whose).entries()) {
    t.test(`whatever is set for ${what}, each session has its own settings`, async (t) => {
      const server = await sharedPostgres()
      const role = `hostile_${number}`
      await server.run(`CREATE ROLE ${role} LOGIN`)
      const database = databaseNameOf(await server.emptyDatabase(`OWNER ${role}`))
      await server.run(maliciousSchema, database)
      const databaseUrl = server.url(database, { user: role })
      const fair = await settingsOf(databaseUrl)
      t.same(
        Object.keys(hostileSettings).sort(),
        Object.keys(sessionSettings).sort(),
        'each has something else',
      )
      for (const [setting, value] of Object.entries(hostileSettings)) {
        await server.run(`ALTER ${named(database, role)} SET ${setting} = ${value}`)
      }
      t.same(await settingsOf(databaseUrl), fair)
      await registerAndPost(t, databaseUrl, Date.now())
    })
  }

  t.test('what a role may set of itself changes no value where it gets through', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const key = await signingKeyOf(t, databaseUrl)
    const looks = ['bytea_output', 'DateStyle', 'IntervalStyle', 'TimeZone', 'extra_float_digits']
    const meanings = ['standard_conforming_strings', 'backslash_quote', 'array_nulls']
    // What stands in the URL goes before what a node sends, as the role's does behind a pooler.
    const through = new URL(databaseUrl)
    for (const setting of [...looks, ...meanings, 'transform_null_equals']) {
      const value = hostileSettings[setting] as string
      through.searchParams.set(setting, value.replaceAll("'", ''))
    }
    const [row] = await queryRows(through.href, 'SELECT key FROM signing_key')
    t.not(String(row?.key).length, 48, 'as bytes it is not what it was')
    t.same(await signingKeyOf(t, through.href), key)
    t.equal(key.length, 48)
    await registerAndPost(t, through.href, Date.now())
  })

  t.test('a start without the required settings says what to set', async (t) => {
    const server = await sharedPostgres()
    await server.run('CREATE ROLE "be careful" LOGIN')
    const database = databaseNameOf(await server.emptyDatabase('OWNER "be careful"'))
    const databaseUrl = server.url(database, { user: 'be%20careful' })
    for (const [setting, found, value] of [
      ['default_transaction_isolation', 'serializable', 'read committed'],
      ['default_transaction_read_only', 'on', 'off'],
      ['synchronous_commit', 'local', 'on'],
      ['client_encoding', 'LATIN1', 'UTF8'],
      ['jit', 'on', 'off'],
      ['lock_timeout', '0', '2s'],
      ['statement_timeout', '0', '5s'],
      ['idle_in_transaction_session_timeout', '0', '5s'],
      ['idle_session_timeout', '1min', '0'],
    ] as const) {
      const remedy = `ALTER ROLE "be careful" IN DATABASE ${database} SET ${setting} = '${value}';`
      const told = await refusal(t, `${databaseUrl}?${setting}=${found}`)
      t.match(told, new RegExp(`^${setting} is ${found}: .*${value} is needed\\. `))
      t.ok(told.endsWith(remedy), told)
      t.notMatch(told, /\n/)
      await t.resolves(server.run(remedy))
    }
    const several = await refusal(t, `${databaseUrl}?jit=on&search_path=nowhere`)
    t.match(several, /^jit is on: off is needed, search_path must name a schema that is there, /)
    const [, remedies = ''] = /(ALTER ROLE.*)$/.exec(several) ?? []
    await t.resolves(server.run(remedies), 'the statements run as printed')
    await registerAndPost(t, `${databaseUrl}?synchronous_commit=remote_apply`, Date.now())
  })

  t.test('no session ends because it is idle, whatever is set for the database', async (t) => {
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

  t.test('statements are not compiled', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const connection = new Connection(databaseUrl)
    t.same(await connection.run((sql) => sql`SHOW jit`, 1_000), [{ jit: 'off' }])
    await connection.close()
  })

  t.test('a signing key that is too short is refused', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    await server.run("INSERT INTO signing_key (key) VALUES ('\\x4f')", databaseNameOf(databaseUrl))
    const { store } = await openNode(t, databaseUrl)
    const error = await store.signingKey().catch((error: unknown) => error)
    t.type(error, StartError)
    t.match((error as Error).message, /^The signing key .* has 1 bytes, and 32 are needed: [^\n]*$/)
  })

  t.test('every function looks up names in the schema of the log alone', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const name = databaseNameOf(databaseUrl)
    const loose = await queryRows(
      databaseUrl,
      `SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
       WHERE pronamespace = 'public'::regnamespace AND lanname = 'plpgsql'
         AND NOT coalesce(proconfig, '{}') @> '{"search_path=public, pg_temp"}'`,
    )
    t.same(loose, [], 'each has it in its definition: see the migration 0005-search-path')
    await server.run(maliciousSchema, name)
    const path = 'SET search_path = evil, public, pg_catalog'
    await t.rejects(server.run(`BEGIN; ${path}; SELECT obrol_lock(1)`, name), /division by zero/)
    await server.run('ROLLBACK', name)
    await server.run(`BEGIN; ${path}; SELECT public.obrol_begin_epoch(); COMMIT`, name)
    await server.run(
      `BEGIN; ${path}; SELECT public.obrol_append('[{"session": 1, "type": "everyone"}]', 'a'); COMMIT`,
      name,
    )
    const [epoch] = await queryRows(databaseUrl, 'SELECT max(born)::float8 AS born FROM epochs')
    t.ok((epoch?.born as number) > Date.now() - 60_000, 'by the right clock')
  })

  t.test('a log in another schema is found, and no second one is created', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.emptyDatabase()
    await server.run('CREATE SCHEMA "Our chat"', databaseNameOf(databaseUrl))
    const there = `${databaseUrl}?search_path=%22Our%20chat%22`
    await registerAndPost(t, there, Date.now())
    const told = await refusal(t, databaseUrl)
    t.match(told, /^The log is in the schema "Our chat" of the database: add \?search_path=/)
    const [, query] = /(\?\S+)/.exec(told) ?? []
    const { store } = await openNode(t, `${databaseUrl}${query}`)
    t.match(await store.log.bounds(), { head: 1 })
    const found = await queryRows(databaseUrl, "SELECT to_regclass('public.entries') AS log")
    t.same(found, [{ log: null }], 'no second log was created')
  })
}

/** Registers, enters, posts and reads, as without such settings. */
async function registerAndPost(t: Test, databaseUrl: string, since: number): Promise<void> {
  const { store, updates } = await openNode(t, databaseUrl)
  const ann = await registerUser(store, 'ann')
  t.ok(ann.createdAt >= since - 1_000 && ann.createdAt <= Date.now())
  await store.presence.change({ enter: [ann], leave: [] })
  const entry = await appendMessage(store, ann, "it's \\ a 'text' \u{1f980}")
  t.equal(entry.id, 1)
  t.ok(entry.sentAt >= since && entry.sentAt <= Date.now())
  t.same((await store.log.read(0, ann.account.id)).entries, [entry])
  t.match(await store.presence.list(), [{ session: ann.id }])
  await t.resolves(store.ping())
  await store.retention.deleteExpired(undefined)
  t.same(updates.transitions, [])
  await store.close()
}

/** The settings of a node's session. */
async function settingsOf(databaseUrl: string): Promise<unknown> {
  const connection = new Connection(databaseUrl)
  const names = Object.keys(sessionSettings).map((name) => `'${name}', current_setting('${name}')`)
  try {
    return await connection.run(
      (sql) => sql.unsafe(`SELECT json_build_object(${names.join()}) AS settings`),
      5_000,
    )
  } finally {
    await connection.close()
  }
}

async function signingKeyOf(t: Test, databaseUrl: string): Promise<Uint8Array> {
  const pool = new Pool({ serverUrls: [databaseUrl], maxConnections: 1, queryTimeoutMs: 3_000 })
  t.teardown(() => pool.close())
  return Buffer.from(await loadOrCreateSigningKey(pool))
}

async function refusal(t: Test, databaseUrl: string): Promise<string> {
  const options = { databaseUrl, presenceLeaseMs: 15_000, graceMs: 0 }
  const error = await openPostgresStore(options).then(
    (store) => store.close(),
    (error: unknown) => error,
  )
  t.type(error, StartError)
  return `${(error as Error | undefined)?.message}`
}
