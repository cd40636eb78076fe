import Database from 'better-sqlite3'
import t from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import { dataFiles } from '../../../src/store/sqlite/data-directory.ts'
import { MainThreadReads } from '../../../src/store/sqlite/main-thread-reads.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { Unavailable } from '../../../src/store/store-errors.ts'
import { privateFolder } from '../../support/private-folder.ts'
import { updateListener } from '../../support/update-listener.ts'
import { registerUser } from '../fixtures.ts'
import { create, put, remove } from '../room-commands.ts'

t.test('the reads of one turn share a snapshot until it is ended', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const { database } = dataFiles(folder)
  const other = new Database(database)
  t.teardown(() => other.close())
  const reads = new MainThreadReads(database, Date.now)
  t.teardown(() => reads.close(new Unavailable('closed')))
  const account = { username: 'ann', key: 'ann', skeletons: ['ann'], passwordHash: 'x' }
  const { id } = (await store.accounts.register(account, 3_600_000)) as Session

  t.equal((await reads.findSession(id))?.id, id)
  await reads.undelivered(1)
  other.exec(
    "DELETE FROM sessions; INSERT INTO epochs (born, first_id, incarnation) VALUES (9000000000000, 1, 'x')",
  )
  t.equal((await reads.findSession(id))?.id, id, 'as in the first read')
  const { bounds } = await reads.undelivered(1)
  reads.endSnapshot()
  t.equal(await reads.findSession(id), undefined)
  t.not((await reads.undelivered(1)).bounds.epoch, bounds.epoch)
  other.exec('DELETE FROM epochs WHERE born = 9000000000000')
  t.not((await reads.undelivered(1)).bounds.epoch, bounds.epoch)
  await new Promise((resolve) => setImmediate(resolve))
  t.equal(
    (await reads.undelivered(1)).bounds.epoch,
    bounds.epoch,
    'the next turn has a new snapshot',
  )
})

t.test('a read that fails ends the snapshot', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const { database } = dataFiles(folder)
  const other = new Database(database)
  t.teardown(() => other.close())
  const reads = new MainThreadReads(database, Date.now)
  t.teardown(() => reads.close(new Unavailable('closed')))

  other.exec('ALTER TABLE sessions RENAME TO elsewhere')
  await t.rejects(reads.findSession(1), /no such table/)
  other.exec('ALTER TABLE elsewhere RENAME TO sessions')
  t.equal(await reads.findSession(1), undefined, 'in a new snapshot')
})

t.test('a fully delivered account is answered for without the database', async (t) => {
  const folder = privateFolder(t)
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const { account } = await registerUser(store, 'ann')
  const { database } = dataFiles(folder)
  const other = new Database(database)
  t.teardown(() => other.close())
  const reads = new MainThreadReads(database, Date.now)
  t.teardown(() => reads.close(new Unavailable('closed')))

  other.exec('ALTER TABLE entries RENAME TO elsewhere')
  t.match(await reads.undelivered(account.id), { after: 0, upTo: 0 })
  await t.rejects(reads.undelivered(account.id + 1), /no such table/)
  other.exec('ALTER TABLE elsewhere RENAME TO entries')
})

t.test('someone who never was in a room is answered for without the database', async (t) => {
  const folder = privateFolder(t)
  const before = await openSqliteStore({ folder, onFatal: t.fail })
  const [ann, bob, cid] = [
    await registerUser(before, 'ann'),
    await registerUser(before, 'bob'),
    await registerUser(before, 'cid'),
  ]
  await before.rooms.execute(ann.id, create('tea'), null)
  await before.close()
  const store = await openSqliteStore({ folder, onFatal: t.fail })
  t.teardown(() => store.close())
  const { database } = dataFiles(folder)
  const other = new Database(database)
  t.teardown(() => other.close())
  const reads = new MainThreadReads(database, Date.now)
  t.teardown(() => reads.close(new Unavailable('closed')))
  store.subscribe(updateListener((update) => reads.applyUpdate(update)))
  await store.rooms.execute(ann.id, put('tea', 'bob'), null)
  await store.rooms.execute(ann.id, remove('tea', 'bob'), null)

  other.exec('ALTER TABLE members RENAME TO elsewhere')
  t.same(await reads.memberships(cid.account.id), { head: 3, rooms: [], lastLeftId: 0 })
  for (const { account } of [ann, bob])
    await t.rejects(reads.memberships(account.id), /no such table/, account.username)
  other.exec('ALTER TABLE elsewhere RENAME TO members')
  t.match(await reads.memberships(bob.account.id), { rooms: [], lastLeftId: 3 })
  reads.close(new Unavailable('closed'))
  await t.rejects(reads.memberships(cid.account.id), { name: 'Unavailable' })
})
