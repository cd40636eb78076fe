import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { ConversationKey } from '../../../src/store/conversation-store.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { databaseNameOf, urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { direct, everyone, inRoom } from '../conversation-keys.ts'
import {
  appendMessage,
  appendMessages,
  candidatesOf,
  type DraftOptions,
  draft,
  hour,
  registerUser,
} from '../fixtures.ts'
import { edit, erase } from '../message-commands.ts'
import { create, deleteRoom, put, remove } from '../room-commands.ts'
import { openNode } from './open-node.ts'

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

/** Two nodes with ann, bob and cid, and calls of them. */
async function openNodes(t: Test) {
  const server = await sharedPostgres()
  const databaseUrl = await server.freshDatabase()
  const [here, there] = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
  const people: Session[] = []
  for (const name of ['ann', 'bob', 'cid']) people.push(await registerUser(here.store, name))
  const [ann, bob, cid] = people as [Session, Session, Session]
  const sql = postgres(databaseUrl, { max: 1, fetch_types: false, onnotice: () => {} })
  t.teardown(() => sql.end())
  return { server, databaseUrl, here, there, people: { ann, bob, cid }, sql }
}

async function execute(store: Store, by: Session, command: RoomCommand): Promise<void> {
  const { kind } = await store.rooms.execute(by.id, command, null)
  if (kind !== 'done') throw new Error(kind)
}

function mark(store: Store, session: Session, key: ConversationKey, id: number) {
  return store.conversations.markRead(session, key, { id, epoch: null })
}

async function readUpTo(store: Store, { account }: Session, key: ConversationKey): Promise<number> {
  const found = await store.conversations.find(account, key)
  return found.kind === 'done' ? found.conversation.readUpTo : -1
}

function suite(): void {
  t.test('a node tells what was read and who is typing on another', async (t) => {
    const { here, there, people } = await openNodes(t)
    const { ann, bob } = people
    await execute(here.store, ann, create('tea'))
    await execute(here.store, bob, put('tea', 'bob'))
    await appendMessage(here.store, ann, 'to bob', { to: 'bob' })
    await there.store.log.bounds()
    const keys = [everyone, inRoom('tea'), direct('ann')]
    for (const key of keys) {
      t.equal(await mark(here.store, bob, key, 3), 'done')
      t.equal(await here.store.conversations.tellTyping(bob.account, key), 'done')
    }
    await here.store.conversations.tellTyping(bob.account, direct('cid'))
    const { conversations } = await there.store.conversations.list(bob.account, {
      before: null,
      limit: 9,
    })
    const refs = conversations.map(({ ref }) => ref)
    const byType = keys.map(({ type }) => refs.find((ref) => ref.type === type))
    const cid = { id: people.cid.account.id, username: 'cid' }
    for (const { updates } of [here, there]) {
      await updates.until(({ typing }) => typing.length === 4)
      t.same(
        updates.read,
        byType.map((ref) => ({ account: bob.account.id, ref, upTo: 3 })),
      )
      t.same(
        updates.typing,
        [...byType, { type: 'direct', with: cid }].map((ref) => ({
          by: { id: bob.account.id, username: 'bob' },
          ref,
        })),
      )
    }
  })

  t.test('a node tells it once also where notifications get lost', async (t) => {
    const { server, databaseUrl, here, people } = await openNodes(t)
    const { ann } = people
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const deaf = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 20 })
    await appendMessages(
      here.store,
      [1, 2, 3].map((nth) => draft(people.bob, `${nth}`)),
    )
    for (const id of [1, 2, 3]) await mark(here.store, ann, everyone, id)
    await here.store.conversations.tellTyping(ann.account, everyone)
    await deaf.updates.until(({ typing }) => typing.length > 0)
    t.match(deaf.updates.read, [{ upTo: 1 }, { upTo: 2 }, { upTo: 3 }])
    await mark(deaf.store, ann, everyone, 3)
    await deaf.store.presence.list()
    t.same([deaf.updates.read.length, deaf.updates.typing.length], [3, 1])
  })

  t.test('a node that begins to poll, or missed deleted changes, replays none', async (t) => {
    const { server, databaseUrl, here, people } = await openNodes(t)
    const { ann, bob } = people
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
    await appendMessages(
      here.store,
      [1, 2, 3, 4].map((nth) => draft(bob, `${nth}`)),
    )
    const tell = async (id: number) => {
      await mark(here.store, ann, everyone, id)
      await here.store.conversations.tellTyping(ann.account, everyone)
    }
    await tell(1)
    await tell(2)
    await server.run('UPDATE changes SET at = 0', databaseNameOf(databaseUrl))
    await here.store.retention.deleteExpired(undefined)
    const { store, updates } = await openNode(t, databaseUrl)
    await behind.store.presence.list()
    await tell(3)
    await behind.store.presence.list()
    await store.presence.list()
    for (const told of [updates, behind.updates]) {
      t.match(told.read, [{ upTo: 3 }])
      t.equal(told.typing.length, 1)
    }
    t.equal(await readUpTo(store, ann, everyone), 3)
  })

  t.test('more changes than one poll reads are told all, in order', async (t) => {
    const { server, databaseUrl, here, people } = await openNodes(t)
    const { ann, bob } = people
    const proxy = await openTcpProxy(t, server.port)
    proxy.dropNotifications()
    const behind = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
    await appendMessage(here.store, bob, 'hi')
    await server.run(
      `SELECT obrol_tell('read', ${ann.account.id}, 1, NULL, n) FROM generate_series(1, 2500) AS n`,
      databaseNameOf(databaseUrl),
    )
    await behind.store.presence.list()
    t.same(
      behind.updates.read.map(({ upTo }) => upTo),
      Array.from({ length: 2_500 }, (_, at) => at + 1),
    )
  })

  t.test('of posting and reading at once on two nodes the marker is the newest', async (t) => {
    const { here, there, people } = await openNodes(t)
    const { ann, bob } = people
    await execute(here.store, ann, create('tea'))
    await execute(here.store, bob, put('tea', 'bob'))
    for (const [key, options] of [
      [everyone, {}],
      [inRoom('tea'), { room: 'tea' }],
      [direct('bob'), { to: 'bob' }],
    ] as [ConversationKey, DraftOptions][]) {
      const seen: number[] = []
      let newest = 0
      const calls = Array.from({ length: 12 }, (_, nth) => nth).flatMap((nth) => [
        appendMessage(here.store, ann, 'by ann', options).then(async ({ id }) => {
          newest = Math.max(newest, id)
          const found = await readUpTo(there.store, ann, key)
          t.ok(found >= id, `${found} is not before ${id}`)
        }),
        there.store.log.bounds().then(async ({ head }) => {
          await mark(nth % 2 === 0 ? here.store : there.store, ann, key, head)
          newest = Math.max(newest, head)
          seen.push(await readUpTo(here.store, ann, key))
        }),
      ])
      await Promise.all(calls)
      t.equal(await readUpTo(there.store, ann, key), newest)
      t.ok(seen.every((found) => found <= newest))
    }
  })

  t.test('who leaves a room while reading, muting and posting has no marker there', async (t) => {
    const { here, there, people, sql } = await openNodes(t)
    const { ann, bob } = people
    await execute(here.store, ann, create('tea'))
    for (let round = 0; round < 8; round++) {
      await execute(here.store, bob, put('tea', 'bob'))
      const { head } = await here.store.log.bounds()
      await Promise.all([
        mark(there.store, bob, inRoom('tea'), head),
        there.store.conversations.mute(bob, inRoom('tea'), true),
        execute(here.store, bob, remove('tea', 'bob')),
        there.store.log.append([draft(bob, 'hi', { room: 'tea' })], `round ${round}`),
        mark(here.store, bob, inRoom('tea'), head),
      ])
      t.same(
        await sql`SELECT FROM read_markers WHERE account_id = ${bob.account.id} AND audience_id <> 1`,
        [],
      )
    }
    await execute(here.store, bob, put('tea', 'bob'))
    t.match(await here.store.conversations.find(bob.account, inRoom('tea')), {
      conversation: { muted: false, unread: 0 },
    })
    await execute(here.store, ann, deleteRoom('tea'))
    t.same(await sql`SELECT FROM read_markers WHERE audience_id <> 1`, [])
  })

  t.test('reading and typing do not wait for posts, nor posts for them', async (t) => {
    const { here, people, sql } = await openNodes(t)
    const { store } = here
    const { ann, bob } = people
    await appendMessage(store, bob, 'hi')
    const whileLocked = (number: number, call: () => Promise<unknown>) =>
      sql.begin(async (sql) => {
        await sql`SELECT obrol_lock(${number})`
        await call()
      })
    await whileLocked(1, async () => {
      t.equal(await mark(store, ann, everyone, 1), 'done')
      t.equal(await store.conversations.tellTyping(ann.account, everyone), 'done')
      t.match(await store.conversations.mute(ann, everyone, true), { kind: 'done' })
    })
    await whileLocked(2, async () => {
      const { head } = await store.log.bounds()
      const marking = mark(store, ann, everyone, head)
      t.equal(await mark(store, bob, everyone, 1), 'done', 'what moves nothing locks nothing')
      t.match(await appendMessage(store, ann, 'in between'), { id: 2 })
      t.equal(await marking, 'done')
    })
    t.equal(await readUpTo(store, ann, everyone), 2)
  })

  t.test('a marker does not move in a log that has gone back meanwhile', async (t) => {
    const { here, people, sql } = await openNodes(t)
    const { ann, bob } = people
    await appendMessage(here.store, bob, 'hi')
    const [row] = await sql`
      SELECT obrol_mark_read(${ann.account.id}, 1, NULL, 1, (SELECT max(born) - 1 FROM epochs)) AS moved`
    t.match(row, { moved: false })
    t.equal(await readUpTo(here.store, ann, everyone), 0)
  })

  t.test('no mention is left of what was deleted, blanked or trimmed', async (t) => {
    const { here, people, sql } = await openNodes(t)
    const { store } = here
    const { ann, bob } = people
    const mentioning = { mentions: ['ann', 'bob', 'cid', 'nobody'] }
    const mentioned = async () =>
      (await sql`SELECT message_id || ' ' || account_id AS row FROM mentions ORDER BY 1`).map(
        ({ row }) => row,
      )
    await execute(store, ann, create('tea'))
    await execute(store, ann, put('tea', 'bob'))
    const { id } = await appendMessage(store, ann, 'hi', mentioning)
    t.same(await mentioned(), ['3 2', '3 3'], 'not its sender')
    await store.log.change(ann.id, edit(id, 'edited', { mentions: ['cid'] }))
    t.same(await mentioned(), ['3 3'])
    await store.log.change(ann.id, edit(id, undefined, { metadata: '{}' }))
    t.same(await mentioned(), ['3 3'])
    await store.log.change(ann.id, erase(id))
    t.same(await mentioned(), [])

    const inTea = { room: 'tea', ...mentioning }
    await appendMessages(
      store,
      Array.from({ length: 150 }, () => draft(bob, 'hi', inTea)),
    )
    t.equal((await mentioned()).length, 300, 'who may not be a member may read an open room')
    await execute(store, ann, deleteRoom('tea'))
    while ((await store.retention.eraseDeleted()).more);
    t.same(await mentioned(), [])

    await appendMessage(store, bob, 'to be trimmed', mentioning)
    const trimmed = await appendMessage(store, bob, 'the same', mentioning)
    const last = await appendMessage(store, bob, 'the last', { mentions: ['ann'] })
    t.equal((await mentioned()).length, 5)
    const trim = async () => {
      while ((await store.retention.deleteExpired(Date.now() + hour)).more);
    }
    // An edit that is under way while its message is trimmed.
    const mentions = candidatesOf(['ann'])
    const change = { kind: 'edit', text: 'edited', mentions } as const
    await sql.begin(async (sql) => {
      await sql`SELECT FROM entries WHERE id = ${trimmed.id} FOR NO KEY UPDATE`
      const trimming = trim()
      await sql`
        SELECT obrol_change_message(${sql.json(change as never)}, ${bob.account.id}, ${trimmed.id})`
      void trimming.catch(() => {})
    })
    await trim()
    const rows = await mentioned()
    t.same(
      rows.filter((row) => !row.startsWith(`${last.id} `)),
      [],
    )
  })

  t.test('a post does not touch the index of markers', async (t) => {
    const { here, there, people, sql } = await openNodes(t)
    const { store } = here
    for (let nth = 0; nth < 60; nth++) {
      await appendMessages(store, [
        draft(people.ann, 'x'),
        draft(people.bob, 'x', { to: 'ann' }),
        draft(people.bob, 'x'),
      ])
    }
    await Promise.all([store.close(), there.store.close()])
    const others = () => sql`
      SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'obrol'`
    while ((await others()).length > 0);
    const [row] = await sql`
      SELECT pg_stat_clear_snapshot(), n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot
      FROM pg_stat_user_tables WHERE relname = 'read_markers'`
    t.match(row, { updated: 179 })
    t.equal(row?.hot, row?.updated)
  })
}
