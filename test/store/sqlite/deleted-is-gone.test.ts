import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t from 'tap'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { vacuumInto } from '../../../src/store/sqlite/replace-database.ts'
import type { Store } from '../../../src/store/store.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { appendMessage, appendMessages, draft, registerUser } from '../fixtures.ts'
import { edit, erase } from '../message-commands.ts'
import { create, deleteRoom } from '../room-commands.ts'

const secret = 'walnut-4417'

/** Long enough for pages of their own, and for rows to be moved as they grow. */
const texts = [`${secret} short`, `${secret} `.repeat(40), `${secret} `.repeat(900)] as const

/** The names of the files that hold the secret. */
function holders(folder: string): string[] {
  return readdirSync(folder).filter((name) => readFileSync(join(folder, name)).includes(secret))
}

async function eraseAll(store: Store): Promise<void> {
  while ((await store.retention.eraseDeleted()).more);
}

/** Reads without a pause until it is told to end. */
function keepReading(store: Store, viewer: number): () => Promise<void> {
  let isOver = false
  const read = async () => {
    while (!isOver) {
      await store.log.read(0, viewer)
      await store.log.page(viewer, { limit: 200 })
    }
  }
  const reading = Promise.all([read(), read(), read()])
  return async () => {
    isOver = true
    await reading
  }
}

t.test('what was deleted is in no file of the folder, nor in a later backup', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const ann = await registerUser(store, 'ann')
  const viewer = ann.account.id
  const stay = Array.from({ length: 200 }, (_, at) => draft(ann, `stays ${at} `.repeat(20)))
  await appendMessages(store, stay)
  await store.rooms.execute(ann.id, create('tea', { title: secret, topic: secret }), null)
  const ids: number[] = []
  for (const text of texts) {
    const metadata = JSON.stringify({ text })
    for (const options of [{}, { to: 'ann' }, { key: `${text.length}`, digest: 'd' }]) {
      ids.push((await appendMessage(store, ann, text, { metadata, ...options })).id)
      await appendMessages(store, stay.slice(0, 20))
    }
    for (let at = 0; at < 50; at += 1)
      await appendMessage(store, ann, `${text}${at}`, { room: 'tea', metadata })
  }
  for (const id of ids) await store.log.change(ann.id, edit(id, `more of ${secret}`.repeat(id)))
  const stop = keepReading(store, viewer)
  for (const id of ids) await store.log.change(ann.id, erase(id))
  await store.rooms.execute(ann.id, deleteRoom('tea'), null)
  t.not(holders(folder).length, 0, 'before it is erased')
  for (let tries = 0; holders(folder).length > 0 && tries < 20; tries += 1) await eraseAll(store)
  t.same(holders(folder), [], 'readers are busy meanwhile')
  await stop()
  vacuumInto(join(folder, 'backup.db'), dataFiles(folder).database)
  t.same(holders(folder), [])
  t.match(await store.log.message(ids[0] as number, viewer), { text: '' })
})

t.test('a long read holds the log of writes up, until it ends', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const ann = await registerUser(store, 'ann')
  const { id } = await appendMessage(store, ann, secret)
  const other = new Database(dataFiles(folder).database, { readonly: true })
  t.teardown(() => other.close())
  other.exec('BEGIN')
  other.prepare('SELECT count(*) FROM entries').get()
  await store.log.change(ann.id, erase(id))
  await eraseAll(store)
  t.not(holders(folder).length, 0)
  await appendMessage(store, ann, 'posts go on')
  other.exec('COMMIT')
  await eraseAll(store)
  t.same(holders(folder), [])
})

t.test('what a server that ended half-way has left is erased after the next start', async (t) => {
  const folder = privateFolder(t)
  const first = await openSqliteStore({ folder, onFatal: t.fail })
  const ann = await registerUser(first, 'ann')
  await first.rooms.execute(ann.id, create('tea'), null)
  for (let at = 0; at < 3; at += 1)
    await appendMessages(
      first,
      Array.from({ length: 100 }, () => draft(ann, secret, { room: 'tea' })),
    )
  await first.rooms.execute(ann.id, deleteRoom('tea'), null)
  await first.retention.eraseDeleted()
  await first.close()
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  t.not(holders(folder).length, 0)
  await eraseAll(store)
  t.same(holders(folder), [])
})
