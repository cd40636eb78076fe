import Database from 'better-sqlite3'
import t from 'tap'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { appendMessage, registerUser } from '../fixtures.ts'
import { create, deleteRoom, put, remove } from '../room-commands.ts'

t.test('stays that ended before the oldest entry are deleted', async (t) => {
  const folder = privateFolder(t)
  let now = 1_000_000
  const store = await openSqliteStore({ folder, now: () => now, onFatal: t.fail })
  t.teardown(() => store.close())
  const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
  const run = (session: typeof ann, command: ReturnType<typeof create>) =>
    store.rooms.execute(session.id, command, null)
  await run(ann, create('tea')) // 1
  await run(ann, put('tea', 'bob')) // 2 to 3
  await run(bob, remove('tea', 'bob'))
  await run(bob, create('rum')) // 4 to 5
  await run(bob, deleteRoom('rum'))
  await appendMessage(store, ann, 'hi', { to: 'bob' })
  await run(bob, put('tea', 'bob')) // 7
  now += 1_000
  await run(bob, remove('tea', 'bob')) // 8

  const database = new Database(dataFiles(folder).database, { readonly: true })
  t.teardown(() => database.close())
  const stays = () =>
    database
      .prepare('SELECT account_id, joined_id, left_id FROM members ORDER BY joined_id, account_id')
      .raw()
      .all()
  const direct = [
    [1, 0, null],
    [2, 0, null],
  ]
  const last = [
    [1, 1, null],
    [2, 7, 8],
  ]
  await store.retention.deleteExpired(now - 1_000)
  t.same(stays(), [...direct, last[0], [2, 2, 3], [2, 4, 5], last[1]])
  while ((await store.retention.deleteExpired(now)).more);
  t.match(await store.log.bounds(), { oldest: 8 })
  t.same(stays(), [...direct, ...last], 'direct conversations stay, and who is in a room')
})
