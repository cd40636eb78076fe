import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { backup } from '../../src/commands/backup.ts'
import { restore } from '../../src/commands/restore.ts'
import { openSqliteStore } from '../../src/store/sqlite/store.ts'
import { StartError, type Store } from '../../src/store/store.ts'
import * as people from '../store/people.ts'

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
  const folder = t.testdir({ there: {} })
  const here = join(folder, 'here')
  const there = join(folder, 'there')
  const file = join(folder, 'backup.db')
  const store = await open(t, here)
  const key = await store.signingKey()
  const ann = await people.join(store, 'ann')
  for (const text of ['a', 'b']) await people.say(store, ann, text)
  await backup(here, file)
  await people.say(store, ann, 'after the backup')
  t.equal(mode(file), '600')
  t.same(readdirSync(folder).sort(), ['backup.db', 'here', 'there'])

  chmodSync(file, 0o644)
  await restore(there, file)
  t.same(readdirSync(there).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
  for (const name of readdirSync(there)) t.equal(mode(join(there, name)), '600', name)
  t.notOk(readFileSync(join(there, 'obrol.db')).includes(key), 'the key is in its file alone')
  const copy = await open(t, there)
  t.same(await copy.signingKey(), key)
  const { entries } = await copy.page(ann.account.id, { limit: 50 })
  t.same(
    entries.map(({ text }) => text),
    ['a', 'b'],
  )
  t.match(await copy.session(ann.id), { account: { username: 'ann' } })
})

t.test('restores over what is there, and streams learn that the log went back', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  const file = join(folder, 'backup.db')
  let store = await openSqliteStore({ folder: data, onFatal })
  const ann = await people.join(store, 'ann')
  await people.say(store, ann, 'kept')
  await backup(data, file)
  const cursor = { id: (await people.say(store, ann, 'lost')).id, ...(await store.extent()) }
  await store.close()
  // As a server that was killed leaves them behind.
  writeFileSync(join(data, 'obrol.db-wal'), 'of the old database')
  writeFileSync(join(data, 'obrol.db-shm'), 'of the old database')
  await restore(data, file)
  t.same(readdirSync(data).sort(), ['obrol.db', 'obrol.lock'], 'no key was made, so none came')
  store = await open(t, data)
  t.equal((await people.say(store, ann, 'new')).id, 2)
  t.match(await store.place(cursor), { reset: { reason: 'rewound', from: 1 }, position: 1 })
})

t.test('refuses to back up what is not there, or over what is', async (t) => {
  const folder = t.testdir({ empty: {}, there: 'a file', other: { 'obrol.db': '' } })
  const data = join(folder, 'data')
  await (await openSqliteStore({ folder: data, onFatal })).close()
  const file = join(folder, 'new')
  await refused(t, backup(join(folder, 'empty'), file), /^There is no database in .*empty$/)
  await refused(t, backup(join(folder, 'other'), file), /is not a database of Obrol$/)
  await refused(t, backup(data, join(folder, 'there')), /exists already: choose another name$/)
  await refused(t, backup(data, join(folder, 'no', 'where')), /cannot be written: ENOENT/)
  t.same(readdirSync(folder).sort(), ['data', 'empty', 'other', 'there'], 'nothing is left behind')
})

t.test('refuses to restore into a folder that is served', async (t) => {
  const folder = t.testdir()
  const data = join(folder, 'data')
  const store = await open(t, data)
  await backup(data, join(folder, 'file'))
  await refused(t, restore(data, join(folder, 'file')), /is already served by another process$/)
  await people.join(store, 'ann')
})

t.test('refuses what is not a sound backup, and changes nothing', async (t) => {
  const folder = t.testdir({ text: 'a text that is long enough to be taken for something else' })
  const data = join(folder, 'data')
  const sound = join(folder, 'sound')
  const store = await openSqliteStore({ folder: data, onFatal })
  const ann = await people.join(store, 'ann')
  await people.sayAll(
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

  await refused(t, restore(data, join(folder, 'nowhere')), /cannot be restored: ENOENT/)
  await refused(t, restore(data, join(folder, 'text')), /file is not a database/)
  const other = bad('other', sql('PRAGMA application_id = 7'))
  await refused(t, restore(data, other), /other is not a database of Obrol$/)
  const newer = bad('newer', sql("INSERT INTO migrations VALUES ('9999.sql')"))
  await refused(t, restore(data, newer), /newer is from a newer version of Obrol/)
  const torn = bad('torn', (file) => {
    const { size } = statSync(file)
    truncateSync(file, size - 8_192)
    appendFileSync(file, Buffer.alloc(8_192, 1))
  })
  await refused(t, restore(data, torn), /torn (is damaged|cannot be restored)/)
  t.notOk(
    readdirSync(data).some((name) => name.includes('new')),
    'nothing is left behind',
  )
  t.same(readFileSync(join(data, 'obrol.db')), before)
})

t.test('refuses a database in use, whose newest commits lie beside it', async (t) => {
  const folder = t.testdir({ copy: {} })
  const here = join(folder, 'here')
  const store = await open(t, here)
  const ann = await people.join(store, 'ann')
  await people.say(store, ann, 'in the log beside it')
  const copy = join(folder, 'copy', 'obrol.db')
  for (const suffix of ['', '-wal']) {
    copyFileSync(join(here, `obrol.db${suffix}`), copy + suffix)
  }
  await store.close()
  await refused(t, restore(here, join(here, 'obrol.db')), /is the database of this folder itself/)
  await refused(t, restore(here, copy), /is no backup: .*-wal holds a part of it/)
  const again = await open(t, here)
  t.match(await again.extent(), { head: 1 })
})

t.test('restores in place of a database that is past help', async (t) => {
  const folder = t.testdir()
  const here = join(folder, 'here')
  const store = await open(t, here)
  const ann = await people.join(store, 'ann')
  await people.say(store, ann, 'kept')
  const file = join(folder, 'backup.db')
  await backup(here, file)
  await store.close()
  writeFileSync(join(here, 'obrol.db'), 'no database any more')
  await restore(here, file)
  const again = await open(t, here)
  t.match(await again.extent(), { head: 1 })
})
