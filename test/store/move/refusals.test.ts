import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { move } from '../../../src/store/move/move.ts'
import { SqliteTarget } from '../../../src/store/move/sqlite-target.ts'
import { lockDataDirectory } from '../../../src/store/sqlite/data-directory.ts'
import { StartError } from '../../../src/store/start-error.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import * as people from '../fixtures.ts'
import { openStoreAt, withStoreAt } from './open-store.ts'

async function refused(t: Test, moving: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await moving.then(
    () => t.fail('it was not refused'),
    (error: Error) => error,
  )
  t.type(error, StartError)
  t.match((error as Error).message, message)
}

/** A data folder with a message in it. */
async function folderWithMessages(t: Test, folder: string): Promise<string> {
  await withStoreAt(t, folder, async (store) => {
    await store.signingKey()
    const ann = await people.registerUser(store, 'ann')
    await people.appendMessages(
      store,
      Array.from({ length: 1_001 }, () => people.draft(ann, 'a')),
    )
  })
  return folder
}

t.test('refuses an address that is not a store', async (t) => {
  const folder = privateFolder(t, { odd: { 'obrol.db': 'text' }, other: { 'obrol.db': '' } })
  mkdirSync(join(folder, 'deep', 'obrol.db'), { recursive: true, mode: 0o700 })
  const to = join(folder, 'to')
  for (const url of [
    'mysql://localhost/x',
    'postgres://u:se/cret@host/x',
    'postgres://u:se@cret@host/x',
    'postgres://h/x y',
    'postgres://u:se%cret@host/x',
    'postgres://host',
  ])
    for (const [from, there] of [
      [url, to],
      [to, url],
    ] as const)
      await refused(
        t,
        move(from, there),
        /^A store is a data folder or postgres:\/\/USER(?!.*cret)/,
      )
  await refused(t, move(to, join(folder, '.', 'to')), /^Source and target are the same/)
  await refused(t, move(join(folder, 'none'), to), /^There is no database in .*none$/)
  await refused(t, move(join(folder, 'odd'), to), /^The move failed: file is not a database/)
  await refused(t, move(join(folder, 'other'), to), /obrol.db is not a database of Obrol$/)
  await refused(t, move(join(folder, 'deep'), to), /^The move failed: .*open/)
  t.notOk(existsSync(to), 'no folder is made')
  t.notOk(existsSync(join(folder, 'none')))
})

t.test('refuses a data folder that is in use, or a target that holds a log', async (t) => {
  const folder = privateFolder(t, { broken: { 'obrol.db': 'text' } })
  const here = await folderWithMessages(t, join(folder, 'here'))
  const full = await folderWithMessages(t, join(folder, 'full'))
  await refused(t, move(here, full), /full is not empty: it holds 1 accounts. Nothing was moved$/)
  await refused(t, move(here, join(folder, 'broken')), /^The move failed: file is not a database/)
  const store = await openStoreAt(t, full)
  await refused(t, move(here, full), /full is already served by another process$/)
  await refused(t, move(full, join(folder, 'to')), /full is already served by another process$/)
  await store.close()
  await withStoreAt(t, full, (store) => people.registerUser(store, 'bob'))
})

t.test('refuses a log from another version', async (t) => {
  const folder = privateFolder(t)
  const here = await folderWithMessages(t, join(folder, 'here'))
  const to = join(folder, 'to')
  const change = (statement: string) => new Database(join(here, 'obrol.db')).exec(statement).close()
  change("UPDATE migrations SET name = '9999.sql' WHERE rowid = 1")
  await refused(t, move(here, to), /obrol.db is from a newer version of Obrol/)
  change('DELETE FROM migrations')
  const older = /from an older version of Obrol: start the server of this version on it once$/
  await refused(t, move(here, to), older)
  change('DROP TABLE migrations')
  await refused(t, move(here, to), older)
})

t.test('accepts a data folder whose first start was killed before it made tables', async (t) => {
  const folder = privateFolder(t, { to: {} })
  const here = await folderWithMessages(t, join(folder, 'here'))
  const to = join(folder, 'to')
  new Database(join(to, 'obrol.db')).exec('PRAGMA application_id = 0x4f62726f').close()
  t.match(await move(here, to), { kind: 'sqlite', signingKey: true })
})

t.test('leaves nothing in the target when it is stopped half-way', async (t) => {
  const folder = privateFolder(t)
  const here = await folderWithMessages(t, join(folder, 'here'))
  const to = join(folder, 'to')
  const stop = new AbortController()
  const onProgress = () => stop.abort(new StartError('stopped'))
  await refused(t, move(here, to, { onProgress, signal: stop.signal }), /^stopped$/)
  t.same(readdirSync(to), ['obrol.lock'])
  // A move that was killed leaves such files behind.
  for (const name of ['obrol.db.new', 'obrol.db.new-wal', 'jwt.key.moved'])
    writeFileSync(join(to, name), 'half')
  const { counts } = await move(here, to)
  t.match(counts[7], { label: 'entries', count: 1_001 })
  t.same(readdirSync(to).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
})

t.test('a target that cannot be opened is left unlocked and as it was', async (t) => {
  const folder = privateFolder(t, { migrations: { '0001.sql': 'CREATE TABLE;' }, blocked: {} })
  const to = join(folder, 'to')
  await t.rejects(SqliteTarget.open(to, join(folder, 'migrations')), /syntax error/)
  t.same(readdirSync(to), ['obrol.lock'])
  lockDataDirectory(to).release()

  const blocked = join(folder, 'blocked')
  mkdirSync(join(blocked, 'obrol.db.new'))
  await t.rejects(SqliteTarget.open(blocked))
  lockDataDirectory(blocked).release()
})

if (postgresRuns) suite()

function suite(): void {
  t.test('refuses a PostgreSQL that cannot be reached, or a source without a log', async (t) => {
    const folder = privateFolder(t)
    const here = await folderWithMessages(t, join(folder, 'here'))
    const nowhere = 'postgres://ann:secret@127.0.0.1:1/x?password=secret'
    const away = /^postgres:\/\/127.0.0.1:1\/x cannot be used: .*ECONNREFUSED(?!.*secret)/
    await refused(t, move(here, nowhere), away)
    await refused(t, move(nowhere, join(folder, 'to')), away)
    const server = await sharedPostgres()
    const database = await server.emptyDatabase()
    await refused(t, move(database, join(folder, 'to')), /^There is no log of Obrol in postgres:/)
    await server.run("CREATE TABLE migrations AS SELECT '9.sql' AS name", nameOf(database))
    await refused(
      t,
      move(database, join(folder, 'to')),
      /newer version of Obrol \(migration 9\.sql is not known here\)$/,
    )
    await refused(t, move(here, database), /newer version of Obrol/)
    t.notOk(existsSync(join(folder, 'to')))
  })

  t.test('refuses a PostgreSQL that is in use, or a target that holds a log', async (t) => {
    const folder = privateFolder(t)
    const here = await folderWithMessages(t, join(folder, 'here'))
    const server = await sharedPostgres()
    const database = await server.freshDatabase()
    const several = database.replace('127.0.0.1', '127.0.0.1:1,127.0.0.1')
    const node = await openStoreAt(t, database)
    const busy = /in use: 1 of its servers are running, or died a moment ago. Stop them/
    await refused(t, move(here, several), busy)
    await refused(t, move(database, join(folder, 'to')), busy)
    await node.close()
    await move(here, several)
    await refused(t, move(here, database), /is not empty: it holds 1 accounts. Nothing was moved$/)
    await server.run(`BEGIN; SELECT obrol_register('bob', 'bob', 'x', '["bob"]')`, nameOf(database))
    const quickly = `${database}?lock_timeout=50`
    await refused(
      t,
      move(quickly, join(folder, 'to')),
      /is in use: something else is writing to it$/,
    )
    await server.run('ROLLBACK', nameOf(database))
    await server.run('DROP TABLE signing_key', nameOf(database))
    await refused(t, move(database, join(folder, 'to')), /^The move failed: .*signing_key/)
    t.notOk(existsSync(join(folder, 'to')))
  })

  t.test('leaves nothing in PostgreSQL when the connection is cut half-way', async (t) => {
    const here = await folderWithMessages(t, join(privateFolder(t), 'here'))
    const server = await sharedPostgres()
    const database = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    let batches = 0
    const onProgress = () => {
      batches += 1
      if (batches === 3) proxy.cut()
    }
    await refused(
      t,
      move(here, urlVia(database, proxy), { onProgress }),
      /^The move failed: .*The source has not changed. The target has nothing of it, or everything/,
    )
    const { counts } = await move(here, database)
    t.match(counts[7], { label: 'entries', count: 1_001 })
  })
}

function nameOf(database: string): string {
  return databaseNameOf(database)
}
