import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { ChangeCommand } from '../../../src/store/message-changes.ts'
import type { Entry, MessageEntry } from '../../../src/store/message-log.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { updateListener } from '../../support/update-listener.ts'
import {
  appendMessage,
  type DraftOptions,
  draft,
  entryOf,
  hour,
  newBatchId,
  registerUser,
} from '../fixtures.ts'
import { edit, erase, react, unreact } from '../message-commands.ts'
import { create, deleteRoom, put, remove } from '../room-commands.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

/** A node with ann, bob and cid, and one that polls only when it must. */
async function twoNodes(t: Test) {
  const server = await sharedPostgres()
  const { url, setClock } = await server.clockedDatabase()
  setClock(1_000_000)
  const proxy = await openTcpProxy(t, server.port)
  const { store } = await openNode(t, url)
  const people: Session[] = []
  for (const name of ['ann', 'bob', 'cid']) people.push(await registerUser(store, name))
  const [ann, bob, cid] = people as [Session, Session, Session]
  proxy.dropNotifications()
  const behind = await openNode(t, urlVia(url, proxy), { pollIntervalMs: 60_000 })
  let published: Entry[] = []
  behind.store.subscribe(updateListener(({ entries }) => published.push(...entries)))
  return {
    url,
    store,
    setClock,
    people: { ann, bob, cid },
    post: (by: Session, text: string, options: DraftOptions = {}) =>
      appendMessage(store, by, text, options),
    change: async (by: Session, command: ChangeCommand) => {
      const outcome = await store.log.change(by.id, command)
      if (outcome.kind !== 'done') throw new Error(outcome.kind)
      return outcome.message
    },
    execute: async (command: RoomCommand) => {
      const { kind } = await store.rooms.execute(ann.id, command, null)
      if (kind !== 'done') throw new Error(kind)
    },
    /** What the node that is behind publishes once it is asked for the bounds of the log. */
    behind: async () => {
      await behind.store.log.bounds()
      const entries = published
      published = []
      return entries
    },
  }
}

function suite(): void {
  t.test('a node that is behind tells of messages as they are', async (t) => {
    const { store, people, post, change, behind } = await twoNodes(t)
    const { ann, bob } = people
    const first = await post(ann, 'hi @bob @bob @nobody', {
      metadata: '{"a":1}',
      mentions: [['bob'], ['nobody and more', 'bob'], ['nobody']],
    })
    t.match(first, { metadata: '{"a":1}', mentions: ['bob'] })
    const reply = await post(bob, 'secret', { to: 'ann' })
    const second = await post(ann, 'ho', { to: 'bob', replyTo: reply.id })
    t.match(second, { replyTo: reply.id })
    await change(bob, react(first.id))
    await change(ann, react(first.id))
    await change(bob, unreact(first.id))
    await change(ann, edit(first.id, 'edited'))
    await change(bob, edit(reply.id, 'another'))
    await change(bob, erase(reply.id))
    const entries = await behind()
    t.same(
      entries.map(({ kind }) => kind),
      [
        'message',
        'message',
        'message',
        'reaction-added',
        'reaction-added',
        'reaction-removed',
        'edited',
        'edited',
        'deleted',
      ],
    )
    const now = { id: first.id, text: 'edited', metadata: '{"a":1}', editedAt: 1_000_000 }
    t.match(entries[0], { ...now, kind: 'message' })
    t.match(entries[6], { message: now, by: { username: 'ann' }, hiddenFrom: [] })
    t.match(entries[3], { emoji: '👍', count: 1, by: { username: 'bob' }, message: { id: 1 } })
    t.match(entries[5], { emoji: '👍', count: 1 })
    const tombstone = {
      kind: 'message',
      id: reply.id,
      from: { id: bob.account.id, username: 'bob' },
      to: { id: ann.account.id, username: 'ann' },
      room: null,
      text: '',
      sentAt: 1_000_000,
      deletedAt: 1_000_000,
    } as const
    t.same(entries[1], tombstone)
    t.same((entries[7] as { message: MessageEntry }).message, tombstone)
    t.same((entries[8] as { message: MessageEntry }).message, tombstone)
    t.match(entries[2], { replyTo: reply.id })

    const read = await store.log.read(0, bob.account.id)
    t.same(
      read.entries.map(({ id }) => id),
      [1, 3, 4, 5, 6, 7, 9],
    )
    t.match(read.entries, [now, { id: 3 }, {}, {}, {}, {}, { kind: 'deleted', message: tombstone }])
    t.match(await store.log.message(1, ann.account.id), {
      reactions: [{ emoji: '👍', count: 1, me: true, by: ['ann'] }],
    })
    t.match(await store.log.page(bob.account.id, { limit: 9 }), {
      entries: [{ id: 1, reactions: [{ me: false }] }, tombstone, { id: 3 }],
    })
    t.match(await store.receipts.undelivered(ann.account.id), { after: 9 })
    t.same(
      (await store.receipts.readUndelivered(0, 9, bob.account.id)).entries.map(({ id }) => id),
      [3],
    )
  })

  t.test('what changed of a message is hidden from who may not see it now', async (t) => {
    const { people, post, change, execute, behind } = await twoNodes(t)
    const { ann, bob, cid } = people
    const ids = (...sessions: Session[]) => sessions.map(({ account }) => account.id)
    await execute(create('tea', { access: 'private', history: 'since-joined' }))
    await execute(put('tea', 'bob'))
    const early = await post(ann, 'early', { room: 'tea' })
    await execute(put('tea', 'cid'))
    await behind()
    await change(bob, react(early.id))
    const late = await post(ann, 'late', { room: 'tea' })
    await change(ann, edit(early.id, 'early, edited'))
    await change(ann, edit(late.id, 'late, edited'))
    await execute(remove('tea', 'cid'))
    await execute(remove('tea', 'bob'))
    const hidden = (await behind()).map((entry) => [
      entry.kind,
      [...(entry.hiddenFrom ?? [])].sort(),
    ])
    t.same(hidden, [
      ['reaction-added', ids(bob, cid)],
      ['message', ids(bob, cid)],
      ['edited', ids(bob, cid)],
      ['edited', ids(bob, cid)],
      ['left', ids(bob)],
      ['left', []],
    ])
    await execute(put('tea', 'cid'))
    await change(ann, erase(early.id))
    await change(ann, edit(late.id, 'again'))
    t.match(await behind(), [
      { kind: 'joined', hiddenFrom: [] },
      { kind: 'deleted', hiddenFrom: ids(cid) },
      { kind: 'edited', hiddenFrom: [] },
    ])
    await change(ann, edit(late.id, 'gone with the room'))
    await change(ann, erase(late.id))
    const last = await post(ann, 'last', { room: 'tea' })
    await change(ann, edit(last.id, 'last, edited'))
    await execute(deleteRoom('tea'))
    const gone = await behind()
    t.match(gone, [
      { kind: 'edited', message: { text: '', deletedAt: 1_000_000 } },
      { kind: 'edited', message: { text: '', deletedAt: 1_000_000 } },
      { kind: 'message', text: '', deletedAt: 1_000_000 },
      { kind: 'edited', message: { text: '', deletedAt: 1_000_000 } },
      { kind: 'room-deleted' },
    ])
  })

  t.test('a change of a message that was trimmed meanwhile is passed over', async (t) => {
    const { store, setClock, people, post, change, behind } = await twoNodes(t)
    const { ann } = people
    const old = await post(ann, 'old')
    await change(ann, react(old.id))
    await behind()
    setClock(1_000_000 + hour)
    await change(ann, edit(old.id, 'edited'))
    await change(ann, erase(old.id))
    while ((await store.retention.deleteExpired(1_000_000 + hour)).more);
    t.match(await store.log.bounds(), { oldest: 3 })
    t.same((await store.log.read(2, ann.account.id)).entries, [])
    const passedOver = { kind: 'edited', message: { text: '', deletedAt: 1_000_000 + hour } }
    t.match(await behind(), [passedOver, passedOver])
  })

  t.test('messages of a deleted room are blanked in steps', async (t) => {
    const { url, store, people, post, change, execute } = await twoNodes(t)
    const { ann } = people
    await execute(create('tea'))
    const drafts = Array.from({ length: 250 }, () => draft(ann, 'secret', { room: 'tea' }))
    await store.log.append(drafts, newBatchId())
    const key = { key: 'k', digest: 'd' }
    const { id } = await post(ann, 'kept', { room: 'tea', ...key, metadata: '{"a":1}' })
    await change(ann, react(id))
    await execute(deleteRoom('tea'))
    const again = async () =>
      (await store.log.append([draft(ann, 'kept', { room: 'tea', ...key })], newBatchId()))[0]
    const tombstone = { kind: 'replayed', entry: { id, text: '', deletedAt: 1_000_000 } }
    t.match(await again(), tombstone)
    t.match(await store.log.findByIdempotencyKey(ann.account.id, 'k'), {
      entry: { text: '', deletedAt: 1_000_000 },
    })
    let steps = 0
    while ((await store.retention.eraseDeleted()).more) steps += 1
    t.equal(steps, 3)
    t.match(await again(), tombstone)
    const sql = postgres(url, { max: 1 })
    t.teardown(() => sql.end())
    t.same(await sql`SELECT FROM entries WHERE text = 'secret' OR metadata IS NOT NULL`, [])
    t.same(await sql`SELECT FROM reactions`, [])
  })

  t.test('of a message that is asked for again after changes a poll tells', async (t) => {
    const { store, people, behind, change } = await twoNodes(t)
    const { ann } = people
    const batch = newBatchId()
    const [first] = await store.log.append([draft(ann, 'hi')], batch)
    await change(ann, edit(entryOf(first as never).id, 'edited'))
    t.match(await store.log.append([draft(ann, 'hi')], batch), [
      { kind: 'appended', entry: { text: 'edited', editedAt: 1_000_000 } },
    ])
    t.equal((await behind()).length, 2)
  })

  t.test('a poll is cut where the texts of edited messages are too much', async (t) => {
    const { store, people, post, change, behind } = await twoNodes(t)
    const { ann } = people
    const long = 'x'.repeat(100_000)
    const { id } = await post(ann, 'short')
    for (const nth of [1, 2, 3, 4]) await change(ann, edit(id, `${nth}${long}`))
    const { entries, scannedTo } = await store.log.read(0, ann.account.id)
    t.same([entries.length, scannedTo], [2, 2])
    t.equal((await store.log.read(2, ann.account.id)).scannedTo, 4)
    const published = await behind()
    t.match(published.at(-1), { id: 5, message: { text: `4${long}` } })
    t.equal(published.length, 5)
  })

  t.test('changes of several nodes are in one order, and the last one stays', async (t) => {
    const databaseUrl = await (await sharedPostgres()).freshDatabase()
    const nodes = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const [here, there] = nodes.map(({ store }) => store) as [Store, Store]
    const ann = await registerUser(here, 'ann')
    const { id } = await appendMessage(here, ann, 'hi')
    const calls = Array.from({ length: 10 }, (_, nth) => [
      here.log.change(ann.id, edit(id, `here ${nth}`)),
      there.log.change(ann.id, edit(id, `there ${nth}`)),
      here.log.change(ann.id, react(id)),
      there.log.change(ann.id, unreact(id)),
    ])
    const outcomes = await Promise.all(calls.flat())
    t.ok(outcomes.every(({ kind }) => kind === 'done'))
    const changed = outcomes.filter((outcome) => outcome.kind === 'done' && outcome.changed)
    for (const { updates } of nodes) {
      await updates.until(({ ids }) => ids.length === changed.length + 1)
      t.same(
        updates.ids,
        updates.ids.map((_, at) => at + 1),
      )
    }
    const { entries } = await there.log.read(0, ann.account.id)
    const { text } = entries[0] as MessageEntry
    for (const entry of entries) if (entry.kind === 'edited') t.equal(entry.message.text, text)
  })
}
