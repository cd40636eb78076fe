import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { appendMessage, registerUser as register } from '../fixtures.ts'
import { oldAccounts, testOldNames } from '../old-names.ts'

const onFatal = (error: Error) => void t.fail(error.message)
const migrations = new URL('../../../migrations/sqlite/', import.meta.url)

/** A data folder of version 0.1. */
function oldFolder(t: Test, accounts: Iterable<{ username: string; key: string }>): string {
  const folder = join(t.testdir(), 'data')
  mkdirSync(folder, { mode: 0o700 })
  const database = new Database(join(folder, 'obrol.db'))
  database.pragma('application_id = 0x4f62726f')
  database.exec('CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT')
  for (const name of ['0001-log-people-presence.sql', '0002-presence-by-person.sql']) {
    database.exec(readFileSync(new URL(name, migrations), 'utf8'))
    database.prepare('INSERT INTO migrations VALUES (?)').run(name)
  }
  const insert = database.prepare(
    `INSERT INTO accounts (username, key, password_hash, created_at)
     VALUES (@username, @key, 'hash of ' || @username, 1)`,
  )
  database.transaction(() => {
    for (const account of accounts) insert.run(account)
  })()
  database.close()
  return folder
}

t.test('names of 0.1 are found as before, and look-alikes of them are refused', async (t) => {
  const folder = oldFolder(t, oldAccounts)
  for (const start of ['first', 'second']) {
    const store = await openSqliteStore({ folder, onFatal })
    await t.test(`after the ${start} start`, (t) => testOldNames(t, store))
    await store.close()
  }
})

t.test('keys and skeletons made by other rules are made again, once', async (t) => {
  const folder = oldFolder(t, oldAccounts)
  const file = join(folder, 'obrol.db')
  const change = (sql: string) => {
    const database = new Database(file)
    database.exec(sql)
    database.close()
  }
  const opened = async () => {
    const store = await openSqliteStore({ folder, onFatal })
    t.teardown(() => store.close())
    return store
  }
  await (await opened()).close()
  change("UPDATE name_skeletons SET skeleton = 'other rules ' || skeleton")
  const kept = await opened()
  t.equal(
    await kept.accounts.skeletonsTaken(['ace']),
    false,
    'with the same version nothing is made',
  )
  await kept.close()
  change("UPDATE name_forms SET version = '16.0.0'")
  await testOldNames(t, await opened())
})

t.test('a start makes the skeletons of many names', async (t) => {
  const folder = oldFolder(t, manyAccounts(5_000))
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  t.equal(await store.accounts.skeletonsTaken(['narne4999']), true)
  const ann = await register(store, 'ann')
  t.equal((await appendMessage(store, ann, 'hi', { to: 'name2500' })).to?.id, 2_501)
})

function* manyAccounts(count: number) {
  for (let nth = 0; nth < count; nth++) yield { username: `Name${nth}`, key: `name${nth}` }
}
