import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { backup } from '../../src/commands/backup.ts'
import { restore } from '../../src/commands/restore.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { StartError } from '../../src/store/start-error.ts'
import type { Store } from '../../src/store/store.ts'
import * as people from '../store/fixtures.ts'
import { privateFolder } from '../support/private-folder.ts'

const quiet = { write: () => {} }

const onFatal = (error: Error) => void t.fail(error.message)

async function open(t: Test, folder: string): Promise<Store> {
  const store = await openSqliteStore({ folder, onFatal })
  t.teardown(() => store.close())
  return store
}

async function refused(t: Test, command: Promise<void>, message: RegExp): Promise<void> {
  await t.rejects(command, new StartError(''))
  await t.rejects(command, { message })
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

t.test('backs up beside a running server, and restores with the signing key', async (t) => {
  const folder = privateFolder(t, { there: {} })
  const here = join(folder, 'here')
  const there = join(folder, 'there')
  const file = join(folder, 'backup.db')
  const store = await open(t, here)
  const key = await store.signingKey()
  const ann = await people.registerUser(store, 'ann')
  for (const text of ['a', 'b']) await people.appendMessage(store, ann, text)
  await backup(here, file)
  await people.appendMessage(store, ann, 'after the backup')
  t.equal(mode(file), '600')
  t.same(readdirSync(folder).sort(), ['backup.db', 'here', 'there'])

  chmodSync(file, 0o644)
  await restore(there, file, quiet)
  t.same(readdirSync(there).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
  for (const name of readdirSync(there)) t.equal(mode(join(there, name)), '600', name)
  t.notOk(readFileSync(join(there, 'obrol.db')).includes(key), 'the key is in its file alone')
  const copy = await open(t, there)
  t.same(await copy.signingKey(), key)
  const page = await copy.log.page(ann.account.id, { limit: 50 })
  t.same(
    page?.entries.map(({ text }) => text),
    ['a', 'b'],
  )
  t.match(await copy.sessions.find(ann.id), { account: { username: 'ann' } })
})

t.test('restores over a database, and cursors show that the log went back', async (t) => {
  const folder = privateFolder(t)
  const data = join(folder, 'data')
  const file = join(folder, 'backup.db')
  let store = await openSqliteStore({ folder: data, onFatal })
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessage(store, ann, 'kept')
  await backup(data, file)
  const cursor = {
    id: (await people.appendMessage(store, ann, 'lost')).id,
    ...(await store.log.bounds()),
  }
  await store.close()
  // A server that was killed leaves such files behind.
  writeFileSync(join(data, 'obrol.db-wal'), 'of the old database')
  writeFileSync(join(data, 'obrol.db-shm'), 'of the old database')
  await restore(data, file, quiet)
  t.same(readdirSync(data).sort(), ['obrol.db', 'obrol.lock'], 'the backup has no key')
  store = await open(t, data)
  t.equal((await people.appendMessage(store, ann, 'new')).id, 2)
  t.match(await store.log.resolveCursor(cursor), {
    reset: { reason: 'rewound', from: 1 },
    position: 1,
  })
})

t.test('refuses to back up without a database, or over an existing file', async (t) => {
  const folder = privateFolder(t, { empty: {}, there: 'a file', other: { 'obrol.db': '' } })
  const data = join(folder, 'data')
  await (await openSqliteStore({ folder: data, onFatal })).close()
  const file = join(folder, 'new')
  await refused(t, backup(join(folder, 'empty'), file), /^There is no database in .*empty$/)
  await refused(t, backup(join(folder, 'other'), file), /is not a database of Obrol$/)
  await refused(t, backup(data, join(folder, 'there')), /exists already: choose another name$/)
  await refused(t, backup(data, join(folder, 'no', 'where')), /cannot be written: ENOENT/)
  t.same(readdirSync(folder).sort(), ['data', 'empty', 'other', 'there'], 'no file is left behind')
})

t.test('makes no data folder for a backup that is not there', async (t) => {
  const folder = privateFolder(t)
  const data = join(folder, 'new', 'data')
  await refused(t, restore(data, join(folder, 'nowhere'), quiet), /cannot be restored: ENOENT/)
  t.same(readdirSync(folder), [])
})

t.test('refuses to restore into a folder that is in use', async (t) => {
  const folder = privateFolder(t)
  const data = join(folder, 'data')
  const store = await open(t, data)
  await backup(data, join(folder, 'file'))
  await refused(
    t,
    restore(data, join(folder, 'file'), quiet),
    /is already served by another process$/,
  )
  await people.registerUser(store, 'ann')
})

t.test('refuses a file that is not a sound backup, and changes nothing', async (t) => {
  const folder = privateFolder(t, {
    text: 'a text that is long enough to be taken for something else',
  })
  const data = join(folder, 'data')
  const sound = join(folder, 'sound')
  const store = await openSqliteStore({ folder: data, onFatal })
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessages(
    store,
    Array.from({ length: 500 }, (_, at) => people.draft(ann, `${at}`)),
  )
  await store.close()
  await backup(data, sound)
  const before = readFileSync(join(data, 'obrol.db'))
  const bad = (name: string, spoil: (file: string) => void): string => {
    const file = join(folder, name)
    copyFileSync(sound, file)
    spoil(file)
    return file
  }
  const sql = (statement: string) => (file: string) => new Database(file).exec(statement).close()

  await refused(t, restore(data, join(folder, 'nowhere'), quiet), /cannot be restored: ENOENT/)
  await refused(t, restore(data, join(folder, 'text'), quiet), /file is not a database/)
  const other = bad('other', sql('PRAGMA application_id = 7'))
  await refused(t, restore(data, other, quiet), /other is not a database of Obrol$/)
  const newer = bad('newer', sql("INSERT INTO migrations VALUES ('9999.sql')"))
  await refused(t, restore(data, newer, quiet), /newer is from a newer version of Obrol/)
  const torn = bad('torn', (file) => {
    const { size } = statSync(file)
    truncateSync(file, size - 8_192)
    appendFileSync(file, Buffer.alloc(8_192, 1))
  })
  await refused(t, restore(data, torn, quiet), /torn (is damaged|cannot be restored)/)
  const empty = "PRAGMA ignore_check_constraints = 1; UPDATE entries SET text = '' WHERE id = 1"
  await refused(t, restore(data, bad('wrong', sql(empty)), quiet), /wrong is damaged: CHECK/)
  t.notOk(
    readdirSync(data).some((name) => name.includes('new')),
    'no file is left behind',
  )
  t.same(readFileSync(join(data, 'obrol.db')), before)
})

t.test('refuses a database in use, whose newest commits are in its log', async (t) => {
  const folder = privateFolder(t, { copy: {} })
  const here = join(folder, 'here')
  const store = await open(t, here)
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessage(store, ann, 'in the write-ahead log')
  const copy = join(folder, 'copy', 'obrol.db')
  for (const suffix of ['', '-wal']) {
    copyFileSync(join(here, `obrol.db${suffix}`), copy + suffix)
  }
  await store.close()
  await refused(
    t,
    restore(here, join(here, 'obrol.db'), quiet),
    /is the database of this folder itself/,
  )
  await refused(t, restore(here, copy, quiet), /is no backup: .*-wal holds a part of it/)
  const again = await open(t, here)
  t.match(await again.log.bounds(), { head: 1 })
})

t.test('restores over a damaged database', async (t) => {
  const folder = privateFolder(t)
  const here = join(folder, 'here')
  const store = await open(t, here)
  const ann = await people.registerUser(store, 'ann')
  await people.appendMessage(store, ann, 'kept')
  const file = join(folder, 'backup.db')
  await backup(here, file)
  await store.close()
  writeFileSync(join(here, 'obrol.db'), 'no database any more')
  await restore(here, file, quiet)
  const again = await open(t, here)
  t.match(await again.log.bounds(), { head: 1 })
})

t.test('reports the progress of a restore', async (t) => {
  const folder = privateFolder(t)
  const here = join(folder, 'here')
  const store = await open(t, here)
  const ann = await people.registerUser(store, 'ann')
  const long = 'x'.repeat(100_000)
  await people.appendMessages(
    store,
    Array.from({ length: 90 }, () => people.draft(ann, long)),
  )
  const file = join(folder, 'backup.db')
  await backup(here, file)
  const written: string[] = []
  await restore(join(folder, 'there'), file, { write: (text) => written.push(text) })
  const all = Math.ceil(statSync(file).size / 1_000_000)
  t.match(written[0], new RegExp(`^copied 5 of ${all} MB, \\d+ %\n$`))
  t.same(written.slice(-2), [`copied ${all} of ${all} MB, 100 %\n`, 'checking the backup\n'])
})

t.test('neither backup nor restore writes to files or links of others', async (t) => {
  const folder = privateFolder(t, { shared: {}, someone: 'someone else’s content' })
  const someone = join(folder, 'someone')
  const data = join(folder, 'data')
  const store = await openSqliteStore({ folder: data, onFatal })
  await people.registerUser(store, 'ann')
  await store.close()
  const shared = join(folder, 'shared')
  const file = join(shared, 'b.db')
  // Names that a backup would use if they were not random.
  writeFileSync(`${file}.${process.pid}.part`, 'theirs', { mode: 0o666 })
  symlinkSync(someone, `${file}.part`)
  await backup(data, file)
  t.equal(mode(file), '600')
  t.equal(readFileSync(`${file}.${process.pid}.part`, 'utf8'), 'theirs')

  symlinkSync(someone, join(data, 'obrol.db.new'))
  symlinkSync(someone, join(data, 'obrol.db.new-journal'))
  await restore(data, file, quiet)
  t.equal(readFileSync(someone, 'utf8'), 'someone else’s content')
  t.ok(lstatSync(join(data, 'obrol.db')).isFile())
  t.same(readdirSync(data).sort(), ['obrol.db', 'obrol.lock'])
})
