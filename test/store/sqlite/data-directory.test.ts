import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { assertPrivate } from '../../../src/store/sqlite/private-files.ts'
import { StartError } from '../../../src/store/start-error.ts'
import { privateFolder } from '../../support/private-folder.ts'
import * as people from '../fixtures.ts'

const onFatal = (error: Error) => void t.fail(error.message)

/** The one-line error of a start that is refused. */
async function refusal(folder: string, migrations?: string): Promise<string> {
  try {
    const store = await openSqliteStore({ folder, onFatal, migrations })
    await store.close()
  } catch (error) {
    if (error instanceof StartError && !error.message.includes('\n')) return error.message
    throw error
  }
  throw new Error('the start was not refused')
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

t.test('makes the data folder and its files for their owner alone', async (t) => {
  const folder = join(privateFolder(t), 'new', 'data')
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  await store.signingKey()
  await people.registerUser(store, 'ann')
  t.equal(mode(folder), '700')
  const files = readdirSync(folder).sort()
  t.same(files, ['jwt.key', 'obrol.db', 'obrol.db-shm', 'obrol.db-wal', 'obrol.lock'])
  for (const file of files) t.equal(mode(join(folder, file)), '600', file)
})

t.test('makes a data folder whose path ends with a dot', async (t) => {
  const folder = `${privateFolder(t)}/new/data/.`
  const store = await openSqliteStore({ folder, onFatal })
  await store.close()
  t.equal(mode(folder), '700')
})

t.test('uses the system’s clock by default', async (t) => {
  const before = Date.now()
  const store = await openSqliteStore({ folder: privateFolder(t), onFatal })
  t.teardown(() => store.close())
  const { account } = await people.registerUser(store, 'ann')
  t.ok(before <= account.createdAt && account.createdAt <= Date.now())
})

t.test('leaves one database file when it is closed', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  await people.registerUser(store, 'ann')
  await store.close()
  t.same(readdirSync(folder).sort(), ['obrol.db', 'obrol.lock'])
  await t.rejects(store.log.bounds(), { name: 'Unavailable' })
  await t.rejects(people.registerUser(store, 'bob'), { name: 'Unavailable' })
})

t.test('lets one process use a folder, until that process dies', async (t) => {
  const folder = privateFolder(t)
  const other = otherServer(t, folder)
  await once(other.stdout as NonNullable<typeof other.stdout>, 'data')
  const start = Date.now()
  t.equal(await refusal(folder), `The data folder ${folder} is already served by another process`)
  t.ok(Date.now() - start < 4_000, 'without waiting for the lock')
  other.kill('SIGKILL')
  await once(other, 'exit')
  const store = await openSqliteStore({ folder, onFatal })
  await store.close()
})

t.test('lets one store of a process use a folder', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  t.match(await refusal(folder), 'already served')
  t.match(await refusal(folder), 'already served', 'the first store keeps the lock')
  await store.close()
  await (await openSqliteStore({ folder, onFatal })).close()
})

t.test('refuses a folder that cannot be used', async (t) => {
  const folder = privateFolder(t, { file: 'a file', data: { 'obrol.lock': {} } })
  t.match(await refusal(join(folder, 'file')), /^The data folder .* cannot be used: EEXIST/)
  t.match(await refusal(join(folder, 'data')), /^The data folder .* cannot be used: EISDIR/)
})

t.test('refuses a file that is not a database of Obrol', async (t) => {
  const folder = privateFolder(t, {
    text: { 'obrol.db': 'a file that is long enough to be looked at' },
  })
  t.match(await refusal(join(folder, 'text')), 'cannot be opened: file is not a database')
  const other = join(folder, 'other')
  mkdirSync(other, { mode: 0o700 })
  new Database(join(other, 'obrol.db')).exec('CREATE TABLE notes (note TEXT)').close()
  t.match(await refusal(other), 'is not a database of Obrol')
})

t.test('refuses a database from a newer version', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  await store.close()
  const database = new Database(join(folder, 'obrol.db'))
  database.prepare('INSERT INTO migrations VALUES (?)').run('9999-from-the-future.sql')
  database.close()
  t.match(
    await refusal(folder),
    'is from a newer version of Obrol (migration 9999-from-the-future.sql is not known here)',
  )
})

t.test('applies each migration completely or not at all', async (t) => {
  const folder = privateFolder(t, {
    migrations: {
      '1.sql': 'CREATE TABLE one (a) STRICT;'.replace('a)', 'a TEXT)'),
      '2.sql': 'CREATE TABLE two (a TEXT) STRICT; INSERT INTO nowhere VALUES (1);',
      'notes.md': 'not a migration',
    },
    data: {},
  })
  const data = join(folder, 'data')
  t.match(await refusal(data, join(folder, 'migrations')), 'no such table: nowhere')
  const database = new Database(join(data, 'obrol.db'))
  const names = (sql: string) => database.prepare(sql).pluck().all()
  t.same(names("SELECT name FROM sqlite_schema WHERE type = 'table'"), ['migrations', 'one'])
  t.same(names('SELECT name FROM migrations'), ['1.sql'])
  database.close()
})

t.test('keeps present sessions of the first version', async (t) => {
  const folder = privateFolder(t)
  const first = '0001-log-people-presence.sql'
  const script = new URL(`../../../migrations/sqlite/${first}`, import.meta.url)
  const before = new Database(join(folder, 'obrol.db'))
  before.pragma('application_id = 0x4f62726f')
  before.exec(readFileSync(script, 'utf8'))
  before.exec(`
    CREATE TABLE migrations (name TEXT PRIMARY KEY) STRICT;
    INSERT INTO migrations VALUES ('${first}');
    INSERT INTO accounts (id, username, key, password_hash, created_at)
    VALUES (1, 'ann', 'ann', 'x', 1);
    INSERT INTO sessions VALUES (11, 1, 1000, 9000000000000);
    INSERT INTO presence VALUES (11, 1, 1000)`)
  before.close()

  const after = await openSqliteStore({ folder, onFatal })
  t.teardown(() => after.close())
  const present = await after.presence.list()
  t.same(
    present.map(({ session, person }) => [session, person.username]),
    [[11, 'ann']],
  )
  await after.presence.change({ enter: [], leave: [11] })
  t.same(await after.presence.list(), [])
})

t.test('a session that is deleted by hand is not present', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  const ann = await people.registerUser(store, 'ann')
  const bob = await people.registerUser(store, 'bob')
  await store.presence.change({ enter: [ann, bob], leave: [] })
  // Like the shell of SQLite, which leaves foreign keys off.
  const shell = new Database(join(folder, 'obrol.db'))
  shell.pragma('foreign_keys = OFF')
  shell.prepare('DELETE FROM sessions WHERE id = ?').run(ann.id)
  shell.close()
  t.same(
    (await store.presence.list()).map(({ session }) => session),
    [bob.id],
  )
})

t.test('refuses a folder that other accounts may read or write', async (t) => {
  const folder = privateFolder(t)
  const data = join(folder, 'data')
  for (const open of [0o777, 0o755, 0o770, 0o701]) {
    mkdirSync(data)
    chmodSync(data, open)
    t.equal(
      await refusal(data),
      `${data} is open to other accounts (mode ${open.toString(8)}): close it with chmod go= ${data}`,
    )
    t.same(readdirSync(data), [], 'nothing is written to it')
    rmdirSync(data)
  }
  t.doesNotThrow(() => assertPrivate('/', 'win32'), 'Windows has no such modes')
})

t.test('refuses a signing key that other accounts may read', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  await store.signingKey()
  chmodSync(join(folder, 'jwt.key'), 0o640)
  await t.rejects(store.signingKey(), { name: 'StartError', message: /jwt\.key is open to other/ })
})

t.test('writes a new key to a new file, never through a link', async (t) => {
  const folder = privateFolder(t, { someone: 'someone else’s content' })
  const someone = join(folder, 'someone')
  const data = join(folder, 'data')
  const store = await openSqliteStore({ folder: data, onFatal })
  t.teardown(() => store.close())
  symlinkSync(someone, join(data, 'jwt.key.new'))
  await store.signingKey()
  t.equal(readFileSync(someone, 'utf8'), 'someone else’s content')
  t.ok(lstatSync(join(data, 'jwt.key')).isFile())
  t.equal(mode(join(data, 'jwt.key')), '600')
})

t.test('refuses a signing key that is damaged', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  writeFileSync(join(folder, 'jwt.key'), 'c2hvcnQ=\n', { mode: 0o600 })
  await t.rejects(store.signingKey(), { name: 'StartError', message: /is damaged/ })
})

t.test('unlocks the folder when a thread does not start', async (t) => {
  const folder = privateFolder(t)
  const fatal: Error[] = []
  process.once('worker', (worker) => void worker.terminate())
  await t.rejects(openSqliteStore({ folder, onFatal: (error) => fatal.push(error) }), {
    name: 'StartError',
    message: /cannot be opened: The store's writer failed/,
  })
  t.equal(fatal.length, 1)
  await (await openSqliteStore({ folder, onFatal })).close()
})

/** Another process that has the folder's store open until it is killed. */
function otherServer(t: Test, folder: string) {
  const store = new URL('../../../src/store/sqlite/open.ts', import.meta.url).href
  const script = `
    import { openSqliteStore } from ${JSON.stringify(store)}
    await openSqliteStore({ folder: ${JSON.stringify(folder)}, onFatal() {} })
    console.log('open')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}
