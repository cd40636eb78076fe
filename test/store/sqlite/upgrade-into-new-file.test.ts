import fs, { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqliteStore, type SqliteOptions } from '../../../src/store/sqlite/open.ts'
import { StartError } from '../../../src/store/start-error.ts'
import type { Store } from '../../../src/store/store.ts'
import type { UpgradeEvent } from '../../../src/store/upgrade-event.ts'
import { growOld, oldFolder, sameMessages } from '../../support/old-folder.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { hour, idsOf } from '../fixtures.ts'

const day = 24 * hour

/** Opens the store, and gathers what it tells of an upgrade. */
async function open(t: Test, folder: string, options: Partial<SqliteOptions> = {}) {
  const events: UpgradeEvent[] = []
  const store = await openSqliteStore({
    folder,
    onFatal: t.fail,
    onUpgrade: (event) => void events.push(event),
    ...options,
  })
  t.teardown(() => store.close())
  return { store, events }
}

/** The error of a start that is refused. */
async function refusal(t: Test, folder: string, options?: Partial<SqliteOptions>): Promise<string> {
  const error = await open(t, folder, options).catch((error) => error)
  t.type(error, StartError)
  t.notMatch(error.message, '\n')
  return error.message
}

function migrationsIn(file: string): unknown[] {
  const database = new Database(file, { readonly: true })
  try {
    return database.prepare('SELECT name FROM migrations ORDER BY name').pluck().all()
  } finally {
    database.close()
  }
}

const of01 = ['0001-log-people-presence.sql', '0002-presence-by-person.sql']

function mode(file: string): string {
  return (statSync(file).mode & 0o777).toString(8)
}

t.test('the database of 0.1 is kept beside the new one, as it was', async (t) => {
  const folder = oldFolder(t)
  const before = readFileSync(join(folder, 'obrol.db'))
  const { store } = await open(t, folder)
  await store.close()
  const files = ['jwt.key', 'obrol.db', 'obrol.db.before-0005', 'obrol.lock']
  t.same(readdirSync(folder).sort(), files)
  for (const file of files) {
    if (file !== 'obrol.db.before-0005') t.equal(mode(join(folder, file)), '600', file)
  }
  const copy = join(folder, 'obrol.db.before-0005')
  t.ok(readFileSync(copy).equals(before))
  t.same(migrationsIn(copy), of01, 'a server of 0.1 can use it')
  t.not(statSync(copy).ino, statSync(join(folder, 'obrol.db')).ino)
  const { same } = sameMessages(copy, join(folder, 'obrol.db'))
  t.equal(same, 8)
})

t.test('everyone reads of a larger log what they read before', async (t) => {
  const folder = privateFolder(t)
  const [file, accounts] = [join(folder, 'obrol.db'), 40]
  growOld(file, { messages: 3_000, accounts, partners: 9 })
  const old = new Database(file)
  old.exec('DELETE FROM entries WHERE id <= 500')
  const visible = old.prepare<[number, number], number>(
    `SELECT id FROM entries WHERE recipient_id IS NULL OR sender_id = ? OR recipient_id = ? ORDER BY id`,
  )
  const expected = Array.from({ length: accounts }, (_, at) => visible.pluck().all(at + 1, at + 1))
  old.close()
  const { store } = await open(t, folder, { now: () => 1_790_000_003_000 + hour })
  for (const [at, ids] of expected.entries()) t.same(await everythingOf(store, at + 1), ids)
  t.match(await store.log.findByIdempotencyKey(1 + ((7919 * 2_999) % accounts), 'key 2999'), {
    entry: { id: 2_999 },
  })
  t.same(sameMessages(`${file}.before-0005`, file), { before: 2_500, after: 2_500, same: 2_500 })
  const upgraded = new Database(file, { readonly: true })
  t.same(upgraded.pragma('foreign_key_check'), [])
  t.equal(upgraded.pragma('integrity_check', { simple: true }), 'ok')
  upgraded.close()
})

async function everythingOf(store: Store, account: number): Promise<number[]> {
  const ids: number[] = []
  const { head } = await store.log.bounds()
  for (let after = 0; after < head; ) {
    const { entries, scannedTo } = await store.log.read(after, account)
    ids.push(...idsOf(entries))
    after = scannedTo
  }
  return ids
}

t.test('the schema is that of a new database', async (t) => {
  const [folder, fresh] = [oldFolder(t), privateFolder(t)]
  for (const each of [folder, fresh]) await (await open(t, each)).store.close()
  const [upgraded, made] = [folder, fresh].map((each) => {
    const database = new Database(join(each, 'obrol.db'), { readonly: true })
    const rows = database
      .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name')
      .all()
    const header = ['application_id', 'journal_mode', 'page_size'].map((name) =>
      database.pragma(name),
    )
    database.close()
    return { rows, header }
  })
  t.same(upgraded, made)
})

t.test('steps and the end of an upgrade are told', async (t) => {
  const { events } = await open(t, oldFolder(t))
  const migration = '0005-rooms.sql'
  t.match(events[0], { event: 'upgrading', migration })
  t.match(
    events.filter(({ event }) => event === 'upgrading').length > 5,
    true,
    'more than the beginning',
  )
  t.hasStrict(
    events.find((event) => 'percent' in event && event.percent !== undefined),
    { event: 'upgrading', migration, step: 'copying the messages', percent: 0 },
  )
  t.hasStrict(
    events.filter(({ event }) => event === 'upgraded').map((event) => ({ ...event, ms: 0 })),
    [{ event: 'upgraded', migration, ms: 0 }],
  )
  t.match(events.at(-1), { event: 'upgrade copy kept' })
})

t.test('a new folder is not upgraded', async (t) => {
  const folder = privateFolder(t)
  const { store, events } = await open(t, folder)
  await store.close()
  t.same(events, [])
  t.same(readdirSync(folder).sort(), ['obrol.db', 'obrol.lock'])
})

t.test('a later migration in place is told, too', async (t) => {
  const folder = privateFolder(t, {
    migrations: { '1.sql': 'CREATE TABLE one (a TEXT) STRICT' },
    data: {},
  })
  const [data, migrations] = [join(folder, 'data'), join(folder, 'migrations')]
  await t.rejects(open(t, data, { migrations }), 'without the tables of a store')
  writeFileSync(join(migrations, '2.sql'), 'CREATE TABLE two (a TEXT) STRICT')
  const events: UpgradeEvent[] = []
  const onUpgrade = (event: UpgradeEvent) => void events.push(event)
  await t.rejects(open(t, data, { migrations, onUpgrade }))
  t.match(events, [
    { event: 'upgrading', migration: '2.sql' },
    { event: 'upgraded', migration: '2.sql' },
  ])
})

t.test('the copy is told of at each start, and deleted after seven days', async (t) => {
  const folder = oldFolder(t)
  const copy = join(folder, 'obrol.db.before-0005')
  let now = 1_796_100_000_000
  const until = new Date(now + 7 * day)
  const kept = {
    event: 'upgrade copy kept',
    file: copy,
    until,
    bytes: statSync(join(folder, 'obrol.db')).size,
  }
  const first = await open(t, folder, { now: () => now })
  t.same(first.events.at(-1), kept)
  await first.store.close()
  now += 7 * day - 1
  const { store, events } = await open(t, folder, { now: () => now })
  t.same(events, [kept], 'and nothing is upgraded again')
  await store.retention.deleteExpired(undefined)
  t.ok(existsSync(copy))
  now += 1
  await store.retention.deleteExpired(undefined)
  t.notOk(existsSync(copy))
  t.same(events.at(-1), { ...kept, event: 'upgrade copy deleted' })
  await store.close()
  t.same((await open(t, folder, { now: () => now })).events, [])
})

t.test('a second server is refused while the first upgrades', async (t) => {
  const folder = oldFolder(t)
  const second: Promise<unknown>[] = []
  await open(t, folder, {
    onUpgrade: () => void second.push(openSqliteStore({ folder, onFatal: t.fail }).catch(String)),
  })
  for (const refused of await Promise.all(second.slice(0, -1)))
    t.match(refused, 'is already served by another process')
  t.ok(second.length > 5)
})

t.test(
  'where the disk is full the database is as it was, and a line says what it takes',
  async (t) => {
    const folder = oldFolder(t)
    const database = join(folder, 'obrol.db')
    const before = readFileSync(database)
    t.match(
      await refusal(t, folder, { maxPages: 20 }),
      /obrol\.db cannot be upgraded, and is as it was: database or disk is full\. It takes about 1 MB beside it, of which \d+ MB are free$/,
    )
    t.ok(readFileSync(database).equals(before))
    t.same(readdirSync(folder).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
    await open(t, folder)
  },
)

t.test('where the new file cannot be written the database is as it was', async (t) => {
  const folder = oldFolder(t)
  const database = join(folder, 'obrol.db')
  const before = readFileSync(database)
  patch(t, 'linkSync', () => {
    throw new Error('EPERM')
  })
  const copyFailed = patch(t, 'copyFileSync', () => {
    throw new Error('EACCES: permission denied')
  })
  t.match(
    await refusal(t, folder),
    /cannot be upgraded, and is as it was: EACCES: permission denied$/,
  )
  t.ok(readFileSync(database).equals(before))
  t.same(readdirSync(folder).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'], 'nothing is left')
  copyFailed()
  await open(t, folder)
  t.ok(readFileSync(`${database}.before-0005`).equals(before), 'a copy where files have one name')
})

t.test('what a crash has left is replaced', async (t) => {
  const folder = oldFolder(t)
  const database = join(folder, 'obrol.db')
  writeFileSync(`${database}.new`, 'half of a database')
  fs.linkSync(database, `${database}.before-0005`)
  await open(t, folder)
  t.equal(sameMessages(`${database}.before-0005`, database).same, 8)
})

t.test('a database that another process reads is not upgraded', async (t) => {
  const folder = oldFolder(t)
  const file = join(folder, 'obrol.db')
  const [reader, writer] = [new Database(file), new Database(file)]
  reader.exec('BEGIN; SELECT * FROM entries')
  reader.prepare('SELECT * FROM entries').all()
  writer.exec("UPDATE accounts SET reached = 9 WHERE username = 'bob'")
  writer.close()
  t.match(
    await refusal(t, folder),
    /cannot be upgraded, and is as it was: another process, perhaps a backup, is reading it$/,
  )
  reader.exec('COMMIT')
  reader.close()
  const { store } = await open(t, folder)
  await store.close()
  const database = new Database(`${file}.before-0005`)
  t.equal(
    database.prepare("SELECT reached FROM accounts WHERE username = 'bob'").pluck().get(),
    9,
    'the copy has what was in the write-ahead log',
  )
  database.close()
})

t.test('a damaged database and one of another program are refused', async (t) => {
  const folder = oldFolder(t)
  const file = join(folder, 'obrol.db')
  const bytes = readFileSync(file)
  bytes.fill(0x55, 3 * 4096, 6 * 4096)
  writeFileSync(file, bytes)
  t.match(
    await refusal(t, folder),
    /cannot be upgraded, and is as it was: database disk image is malformed/,
  )
  t.ok(readFileSync(file).equals(bytes))
  rmSync(file)
  const other = new Database(file)
  other.exec("CREATE TABLE migrations (name TEXT); INSERT INTO migrations VALUES ('1.sql')")
  other.close()
  t.match(await refusal(t, folder), 'is not a database of Obrol')
})

/** Replaces a function of `node:fs` for everyone. @returns undoes it, as the end of the test does */
function patch(t: Test, name: 'linkSync' | 'copyFileSync', replacement: () => never): () => void {
  const original = fs[name]
  const set = (call: unknown) => {
    Object.assign(fs, { [name]: call })
    syncBuiltinESMExports()
  }
  const undo = () => set(original)
  set(replacement)
  t.teardown(undo)
  return undo
}
