import { readFileSync } from 'node:fs'
import postgres from 'postgres'
import t from 'tap'
import { credentialsOf } from '../../../src/chat/known-names.ts'
import { nameForms } from '../../../src/names/forms.ts'
import { failureOf } from '../../../src/store/postgres/failure.ts'
import { Unavailable } from '../../../src/store/store.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { oldAccounts, oldNamesStay } from '../old-names.ts'
import { hour } from '../people.ts'
import { openNode } from './node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

const first = '0001-log-people-presence.sql'
const script = new URL(`../../../migrations/postgres/${first}`, import.meta.url)

/** What a server of 0.1 does when somebody registers. */
function registerAsBefore(sql: postgres.Sql, { username, key }: { username: string; key: string }) {
  return sql`
    INSERT INTO accounts (username, key, password_hash, created_at)
    VALUES (${username}, ${key}, ${`hash of ${username}`}, 1)`
}

/** A database as 0.1 left it. */
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
  t.test('names of 0.1 are found as before, and nobody new may look like them', async (t) => {
    const { url, sql } = await oldDatabase(6_000)
    t.teardown(() => sql.end())
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(t, url)))
    for (const { store } of nodes) await oldNamesStay(t, store)
    t.equal(await nodes[0]?.store.skeletonsTaken(['narne5999']), true)
  })

  t.test('a server of 0.1 beside newer ones takes no new names, and says: try again', async (t) => {
    const { url, sql } = await oldDatabase()
    t.teardown(() => sql.end())
    const { store } = await openNode(t, url)
    const before = await registerAsBefore(sql, { username: 'аnn', key: 'аnn' }).catch(
      (error) => error,
    )
    t.match(before, { code: '55000' })
    t.ok(failureOf(before, true) instanceof Unavailable, 'which it answers with 503')
    t.equal(await credentialsOf(store, 'аnn'), undefined)
  })

  t.test('what was made by other rules is made anew, by one of those that start', async (t) => {
    const { url, sql } = await oldDatabase()
    t.teardown(() => sql.end())
    await (await openNode(t, url)).store.close()
    await sql`UPDATE name_skeletons SET skeleton = 'of other rules ' || skeleton`
    const { store } = await openNode(t, url)
    t.equal(await store.skeletonsTaken(['ace']), false, 'by the same rules nothing is made')
    await sql`UPDATE name_forms SET version = '16.0.0'`
    const nodes = await Promise.all([1, 2, 3].map(() => openNode(t, url)))
    for (const node of nodes) await oldNamesStay(t, node.store)
    t.equal((await sql`SELECT FROM name_forms`).length, 1)
  })

  t.test('of look-alikes who register at once on two nodes one gets in', async (t) => {
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
          return nodes[at]?.store.register(account, hour)
        }),
      )
      t.equal(both.filter((session) => session === 'taken').length, 1, String(names))
    }
  })
}
