import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import type { Session } from '../../../src/store/session-store.ts'
import { openSqliteStore } from '../../../src/store/sqlite/open.ts'
import { oldFolder } from '../../support/old-folder.ts'
import { openRoom } from '../../support/room.ts'
import { idOf } from '../conversation-keys.ts'
import { draft, hour, idsOf, newBatchId } from '../fixtures.ts'
import { create } from '../room-commands.ts'

/** When the last message was sent. */
const usedAt = 1_796_048_719_454

/** The cursor of bob's stream after the fourth message, and the token of his session. */
const cursor = { id: 4, epoch: 'mx3d0u39' }
const session = 997_619_866
const token =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIyIiwic2lkIjo5OTc2MTk4NjYsImV4cCI6MjExMTQwODcx' +
  'NywiYXVkIjoib2Jyb2w6c2Vzc2lvbiIsImlzcyI6Im9icm9sIiwiaWF0IjoxNzk2MDQ4NzE3fQ.dcicAvwh5bQii813Y-E' +
  'Y0CpRdPE0X6Uc4O_RSwtz5Mo'

async function openOld(t: Test, folder = oldFolder(t)) {
  const store = await openSqliteStore({ folder, now: () => usedAt + hour, onFatal: t.fail })
  t.teardown(() => store.close())
  return store
}

t.test('a log of 0.1 is read as before', async (t) => {
  const store = await openOld(t)
  t.match(await store.log.bounds(), { oldest: 1, head: 8 })
  const read = async (viewer: number) => idsOf((await store.log.read(0, viewer)).entries)
  t.same(await read(1), [1, 2, 3, 5, 6, 7, 8])
  t.same(await read(2), [1, 2, 3, 5, 6, 8])
  t.same(await read(3), [1, 4, 5, 8])
  t.same(await read(4), [1, 5, 7, 8])
  const page = async (viewer: number, withAccount: number) =>
    idsOf((await store.log.page(viewer, { limit: 9, withAccount }))?.entries ?? [])
  t.same(await page(1, 2), [2, 3, 6])
  t.same(await page(2, 1), [2, 3, 6])
  t.same(await page(3, 3), [4])
  t.same(await page(3, 4), [])
  t.same(await store.log.message(7, 1), {
    kind: 'message',
    id: 7,
    from: { id: 4, username: 'Straße' },
    to: { id: 1, username: 'Ann' },
    room: null,
    text: 'to Ann, from Straße: “é” 😀',
    sentAt: 1_796_048_719_450,
  })
  t.equal(await store.log.message(7, 2), undefined)
})

t.test('cursors, sessions, keys and undelivered messages of 0.1 are good', async (t) => {
  const store = await openOld(t)
  t.match(await store.log.resolveCursor(cursor), {
    position: 4,
    reset: { reason: 'new-epoch', from: 4 },
  })
  t.match(await store.sessions.find(session), { account: { username: 'bob' } })
  t.match(await store.log.findByIdempotencyKey(3, 'once'), { entry: { id: 5, text: 'once' } })
  const bob = (await store.sessions.find(session)) as Session
  const digest = 'ce53c3bb7e93d8abd198a060df7a849e69b411ed42129cf9c9da31b674e98931'
  const again = draft(bob, 'to Ann', { to: 'ann', key: 'answer', digest })
  t.match(await store.log.append([again], newBatchId()), [{ kind: 'replayed', entry: { id: 3 } }])
  const { after, upTo } = await store.receipts.undelivered(2)
  const { entries } = await store.receipts.readUndelivered(after, upTo, 2)
  t.same(idsOf(entries), [2, 6])
  t.match(await store.accounts.credentials('strasse'), { account: { username: 'Straße' } })
})

t.test('a conversation of 0.1 goes on, and rooms are made beside it', async (t) => {
  const store = await openOld(t)
  const bob = await store.sessions.find(session)
  if (!bob) throw new Error('the session is lost')
  const drafts = [draft(bob, 'on', { to: 'ann' }), draft(bob, 'first', { to: 'cid' })]
  await store.log.append(drafts, newBatchId())
  t.match(await store.log.page(1, { limit: 2, withAccount: 2 }), {
    entries: [{ id: 6 }, { id: 9, text: 'on' }],
  })
  t.match(await store.log.page(3, { limit: 9, withAccount: 2 }), { entries: [{ id: 10 }] })
  t.match(await store.rooms.memberships(2), { rooms: [], lastLeftId: 0 })
  t.match(await store.rooms.execute(bob.id, create('tea'), null), { kind: 'done' })
  t.match((await store.rooms.memberships(2)).rooms, { length: 1 })
})

t.test('both people of a conversation are in it from its first message on', async (t) => {
  const folder = oldFolder(t)
  await (await openOld(t, folder)).close()
  const database = new Database(join(folder, 'obrol.db'), { readonly: true })
  t.teardown(() => database.close())
  const rows = database
    .prepare(
      `SELECT low_id, high_id, account_id, joined_id, left_id, role, joined_by, joined_at
       FROM members JOIN audiences ON id = audience_id ORDER BY id, account_id`,
    )
    .raw()
    .all()
  const stay = (pair: number[], account: number, by: number, at: number) =>
    [...pair, account, 0, null, 'member', by, at] as const
  t.same(rows, [
    stay([1, 2], 1, 1, 1_796_048_717_590),
    stay([1, 2], 2, 1, 1_796_048_717_590),
    stay([3, 3], 3, 3, 1_796_048_717_607),
    stay([1, 4], 1, 4, 1_796_048_719_450),
    stay([1, 4], 4, 4, 1_796_048_719_450),
  ])
  t.same(database.pragma('foreign_key_check'), [])
  t.equal(database.pragma('integrity_check', { simple: true }), 'ok')
})

t.test('what streams had come to counts as read', async (t) => {
  const folder = oldFolder(t)
  const database = new Database(join(folder, 'obrol.db'))
  database.exec('UPDATE accounts SET reached = 6 WHERE id = 1')
  database.close()
  const store = await openOld(t, folder)
  const listed = async (viewer: number, username: string) => {
    const page = { before: null, limit: 9 }
    const { conversations } = await store.conversations.list({ id: viewer, username }, page)
    return conversations.map(({ ref, lastId, readUpTo, unread }) => [
      idOf(ref),
      lastId,
      readUpTo,
      unread,
    ])
  }
  t.same(await listed(1, 'Ann'), [
    ['everyone', 8, 6, 1],
    ['direct:Straße', 7, 6, 1],
    ['direct:bob', 6, 6, 0],
  ])
  t.same(await listed(2, 'bob'), [
    ['everyone', 8, 0, 2],
    ['direct:Ann', 6, 0, 2],
  ])
})

t.test('tokens of 0.1 are good', async (t) => {
  const room = await openRoom(t, { folder: oldFolder(t) })
  const response = await fetch(`${room.url}/v1/me`, {
    headers: { authorization: `Bearer ${token}` },
  })
  t.match(await response.json(), { user: { id: 2, username: 'bob' } })
})
