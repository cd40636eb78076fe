import { readFileSync } from 'node:fs'
import postgres from 'postgres'
import t from 'tap'
import { findCredentials } from '../../../src/chat/accounts.ts'
import { nameForms } from '../../../src/names/name-forms.ts'
import { classifyError } from '../../../src/store/postgres/classify-error.ts'
import { Unavailable } from '../../../src/store/store-errors.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { hour, registerUser } from '../fixtures.ts'
import { oldAccounts, testOldNames } from '../old-names.ts'
import { create, deleteRoom } from '../room-commands.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

const first = '0001-log-people-presence.sql'
const script = new URL(`../../../migrations/postgres/${first}`, import.meta.url)

/** As a server of 0.1 registers an account. */
function registerAsBefore(sql: postgres.Sql, { username, key }: { username: string; key: string }) {
  return sql`
    INSERT INTO accounts (username, key, password_hash, created_at)
    VALUES (${username}, ${key}, ${`hash of ${username}`}, 1)`
}

/** A database as of 0.1. */
async function oldDatabase(count = 0) {
  const url = await (await sharedPostgres()).emptyDatabase()
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  await sql.unsafe(readFileSync(script, 'utf8')).simple()
  await sql`CREATE TABLE migrations (name text COLLATE "C" PRIMARY KEY)`
  await sql`INSERT INTO migrations VALUES (${first})`
  for (const account of oldAccounts) await registerAsBefore(sql, account)
  await sql`
    INSERT INTO accounts (username, key, password_hash, created_at)
    SELECT 'Name' || n, 'name' || n, 'x', 1 FROM generate_series(1, ${count}::integer) AS n`
  return { url, sql }
}

function suite(): void {
  t.test('names of 0.1 are found as before, and no new name may look like them', async (t) => {
    const { url, sql } = await oldDatabase(6_000)
    t.teardown(() => sql.end())
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(t, url)))
    for (const { store } of nodes) await testOldNames(t, store)
    t.equal(await nodes[0]?.store.accounts.skeletonsTaken(['narne5999']), true)
  })

  t.test('a server of 0.1 that was cut off registers nobody, and answers 503', async (t) => {
    const { url, sql } = await oldDatabase()
    t.teardown(() => sql.end())
    const { store } = await openNode(t, url)
    const before = await registerAsBefore(sql, { username: 'аnn', key: 'аnn' }).catch(
      (error) => error,
    )
    t.match(before, { code: '55000' })
    t.ok(classifyError(before, true) instanceof Unavailable, 'which is answered with 503')
    t.equal(await findCredentials(store.accounts, 'аnn'), undefined)
  })

  t.test('names of other rules are rebuilt by one of the nodes that start', async (t) => {
    const { url, sql } = await oldDatabase()
    t.teardown(() => sql.end())
    await (await openNode(t, url)).store.close()
    await sql`UPDATE name_skeletons SET skeleton = 'of other rules ' || skeleton`
    const { store } = await openNode(t, url)
    t.equal(
      await store.accounts.skeletonsTaken(['ace']),
      false,
      'by the same rules nothing is rebuilt',
    )
    await sql`UPDATE name_forms SET version = '16.0.0'`
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(t, url)))
    for (const node of nodes) await testOldNames(t, node.store)
    t.equal((await sql`SELECT FROM name_forms`).length, 1)
  })

  t.test(
    'names are not rebuilt while someone registers, and nobody registers meanwhile',
    async (t) => {
      const { url, sql } = await oldDatabase()
      t.teardown(() => sql.end())
      const { store } = await openNode(t, url)
      await sql`SELECT pg_advisory_lock(1331851887, 5)`
      const registered = registerUser(store, 'bob')
      await somebodyWaits(sql)
      await sql`SELECT pg_advisory_unlock(1331851887, 5)`
      t.equal((await registered).account.username, 'bob')

      await sql`UPDATE name_forms SET version = '16.0.0'`
      await sql`SELECT pg_advisory_lock_shared(1331851887, 5)`
      const started = openNode(t, url)
      await somebodyWaits(sql)
      t.same(await sql`SELECT version FROM name_forms`, [{ version: '16.0.0' }])
      await sql`SELECT pg_advisory_unlock_shared(1331851887, 5)`
      t.equal(await (await started).store.accounts.skeletonsTaken(['bob']), true)
    },
  )

  t.test(
    'names of rooms are rebuilt as those of people, and nobody makes one meanwhile',
    async (t) => {
      const { url, sql } = await oldDatabase()
      t.teardown(() => sql.end())
      const { store } = await openNode(t, url)
      const dot = await registerUser(store, 'dot')
      const make = (name: string, fields: object) =>
        store.rooms.execute(dot.id, create(name, fields), null)
      await make('Straße', { key: 'straße', skeletons: ['of other rules'] })
      await make('gone', {})
      await store.rooms.execute(dot.id, deleteRoom('gone'), null)
      await sql`SELECT pg_advisory_lock(1331851887, 5)`
      const made = make('ace', { skeletons: [] })
      await somebodyWaits(sql)
      t.equal((await sql`SELECT FROM rooms WHERE name = 'ace'`).length, 0)
      await sql`SELECT pg_advisory_unlock(1331851887, 5)`
      t.match(await made, { kind: 'done' })

      await sql`UPDATE name_forms SET version = '16.0.0'`
      const { store: later } = await openNode(t, url)
      t.match(await later.rooms.find(dot.account.id, 'strasse'), { room: { name: 'Straße' } })
      const alike = nameForms('асе')
      t.same(await later.rooms.execute(dot.id, create('асе', alike), null), {
        kind: 'room-name-taken',
      })
      t.match(await later.rooms.execute(dot.id, create('gone', nameForms('gone')), null), {
        kind: 'done',
      })
    },
  )

  t.test('of two look-alikes who register at once on two nodes one succeeds', async (t) => {
    const url = await (await sharedPostgres()).freshDatabase()
    const nodes = [await openNode(t, url), await openNode(t, url)]
    const pairs = [
      ['ace', 'асе'],
      ['Ivan', 'lvan'],
      ['straße', 'STRASSE'],
      ['Νίκος', 'ΝΊΚΟΣ'],
      ['modern', 'MODERN'],
      ['corner', 'comer'],
    ] as const
    for (const names of pairs) {
      const both = await Promise.all(
        names.map((username, at) => {
          const account = { username, ...nameForms(username), passwordHash: 'x' }
          return nodes[at]?.store.accounts.register(account, hour)
        }),
      )
      t.equal(both.filter((session) => session === 'taken').length, 1, String(names))
    }
  })
}

/** Resolves once a session waits for the lock of name forms. @throws after 2 s, when that times out */
async function somebodyWaits(sql: postgres.Sql): Promise<void> {
  const deadline = Date.now() + 2_000
  for (;;) {
    const waiting = await sql`
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND classid = 1331851887 AND objid = 5 AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
    if (waiting.length > 0) return
    if (Date.now() > deadline) throw new Error('nobody waits')
  }
}
