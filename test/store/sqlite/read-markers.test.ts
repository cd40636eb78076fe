import Database from 'better-sqlite3'
import t from 'tap'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { create, deleteRoom, put, remove } from '../room-commands.ts'

t.test('markers that move at once are one commit', async (t) => {
  const store = await openSqliteStore({ folder: privateFolder(t), onFatal: t.fail })
  t.teardown(() => store.close())
  const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
  const { id } = await appendMessage(store, ann, 'hi', { to: 'bob' })
  await appendMessage(store, ann, 'hi')
  const commits: string[][] = []
  store.subscribe(
    updateListener(({ read }) => commits.push(read.map(({ ref, upTo }) => `${ref.type} ${upTo}`))),
  )
  const [everyone, withAnn] = [{ type: 'everyone' }, { type: 'direct', key: 'ann' }] as const
  const outcomes = await Promise.all([
    store.conversations.markRead(bob, everyone, { id: 2, epoch: null }),
    store.conversations.markRead(bob, withAnn, { id, epoch: null }),
    store.conversations.markRead(bob, { type: 'room', key: 'none' }, { id, epoch: null }),
    store.conversations.markRead(bob, everyone, { id: 1, epoch: null }),
    store.conversations.markRead(ann, everyone, { id: 9, epoch: null }),
  ])
  t.same(outcomes, ['done', 'done', 'unknown-room', 'done', 'stale'])
  t.same(commits, [['everyone 2', 'direct 1']])
})

t.test('a marker is stored for who has something to remember, while they are in it', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const database = new Database(dataFiles(folder).database, { readonly: true })
  t.teardown(() => database.close())
  const rows = database
    .prepare('SELECT account_id, audience_id, read_up_to FROM read_markers ORDER BY 1, 2')
    .raw()
  const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
  const registered = [
    [1, 1, 0],
    [2, 1, 0],
  ]
  t.same(rows.all(), registered)
  for (const room of ['tea', 'rum']) {
    await store.rooms.execute(ann.id, create(room), null)
    await store.rooms.execute(bob.id, put(room, 'bob'), null)
  }
  const rooms = [
    [1, 2, 1],
    [1, 3, 3],
    [2, 2, 2],
    [2, 3, 4],
  ]
  t.same(rows.all().sort(), [...registered, ...rooms].sort())
  await store.rooms.execute(bob.id, remove('tea', 'bob'), null)
  await store.rooms.execute(ann.id, deleteRoom('rum'), null)
  t.same(rows.all(), [
    [1, 1, 0],
    [1, 2, 1],
    [2, 1, 0],
  ])
  const withBob = { type: 'direct', key: 'bob' } as const
  await appendMessage(store, bob, 'hi', { to: 'ann' })
  await store.conversations.markRead(ann, withBob, { id: 0, epoch: null })
  t.same(rows.all(), [
    [1, 1, 0],
    [1, 2, 1],
    [2, 1, 0],
    [2, 4, 7],
  ])
  await store.conversations.mute(ann, withBob, true)
  t.same(rows.all(), [
    [1, 1, 0],
    [1, 2, 1],
    [1, 4, 0],
    [2, 1, 0],
    [2, 4, 7],
  ])
})
