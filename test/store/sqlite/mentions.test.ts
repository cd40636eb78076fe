import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { edit, erase } from '../message-commands.ts'
import { create, deleteRoom, put } from '../room-commands.ts'

/** A store with ann and bob, and what the table of mentions has, in pairs of account and message. */
async function openMentions(t: Test) {
  const folder = privateFolder(t)
  let now = 1_000_000
  const store = await openSqliteStore({ folder, now: () => now, onFatal: t.fail })
  t.teardown(() => store.close())
  const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
  const database = new Database(dataFiles(folder).database, { readonly: true })
  t.teardown(() => database.close())
  const rows = database.prepare('SELECT account_id, message_id FROM mentions ORDER BY 2, 1').raw()
  return { store, ann, bob, stored: () => rows.all(), advance: () => (now += 1_000) }
}

t.test('a mention is stored while its message says it', async (t) => {
  const { store, ann, bob, stored, advance } = await openMentions(t)
  const both = { mentions: ['ann', 'bob'] }
  for (const text of ['one', 'two']) await appendMessage(store, ann, text, both)
  await appendMessage(store, bob, 'three', both)
  t.same(stored(), [
    [2, 1],
    [2, 2],
    [1, 3],
  ])
  await store.log.change(ann.id, edit(2, 'no more', { mentions: ['ann'] }))
  t.same(stored(), [
    [2, 1],
    [1, 3],
  ])
  await store.log.change(ann.id, edit(2, 'again', both))
  t.same(stored(), [
    [2, 1],
    [2, 2],
    [1, 3],
  ])
  await store.log.change(bob.id, erase(3))
  t.same(stored(), [
    [2, 1],
    [2, 2],
  ])
  advance()
  await appendMessage(store, ann, 'eight', both)
  await store.retention.deleteExpired(1_000_001)
  t.same(stored(), [[2, 7]], 'trimmed')
})

t.test('the mentions of a deleted room go with its texts', async (t) => {
  const { store, ann, stored } = await openMentions(t)
  await store.rooms.execute(ann.id, create('tea'), null)
  await store.rooms.execute(ann.id, put('tea', 'bob'), null)
  await appendMessage(store, ann, '@bob', { room: 'tea', mentions: ['bob'] })
  t.same(stored(), [[2, 3]])
  await store.rooms.execute(ann.id, deleteRoom('tea'), null)
  while ((await store.retention.eraseDeleted()).more);
  t.same(stored(), [])
})
