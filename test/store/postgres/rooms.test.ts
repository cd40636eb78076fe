import { setImmediate as endOfTurn } from 'node:timers/promises'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import type { Entry } from '../../../src/store/message-log.ts'
import { MembershipReader } from '../../../src/store/postgres/rooms/memberships.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { urlVia } from '../../support/database-url.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { openTcpProxy } from '../../support/tcp-proxy.ts'
import { updateListener } from '../../support/update-listener.ts'
import { appendMessages, draft, registerUser } from '../fixtures.ts'
import { create, deleteRoom, put, remove, update } from '../room-commands.ts'
import { openNode } from './open-node.ts'

t.test('memberships that are asked for in one turn are read by one query', async (t) => {
  const queries: number[] = []
  const pool = {
    read: async (query: (sql: unknown) => unknown) => {
      const sql = (_text: unknown, _bounds: unknown, accounts: string) => accounts
      const text = query(Object.assign(sql, { unsafe: () => '' })) as string
      const accounts: number[] = JSON.parse(`[${text.slice(1, -1)}]`)
      queries.push(accounts.length)
      return accounts.map((account) => ({
        account,
        rooms: `{${account + 1},7}`,
        lastLeftId: 0,
        born: 0,
        oldest: 1,
        head: 5,
      }))
    },
  }
  const reader = new MembershipReader(pool as never)
  const reads = Array.from({ length: 1_200 }, (_, account) => reader.read(account % 1_100))
  const found = await Promise.all(reads)
  t.same(queries, [500, 500, 200], 'of bounded size, each account once')
  t.match(found[10], { memberships: { head: 5, rooms: [11, 7], lastLeftId: 0 } })
  t.same(found[1_150], found[50])
  await endOfTurn()
  t.match(await reader.read(3), { memberships: { rooms: [4, 7] }, bounds: { head: 5 } })
  t.same(queries.length, 4)
})

if (postgresRuns) suite()

/** A node at which ann, bob and cid are in ann's private room, and one that polls only when it must. */
async function roomOnTwoNodes(t: Test) {
  const server = await sharedPostgres()
  const databaseUrl = await server.freshDatabase()
  const proxy = await openTcpProxy(t, server.port)
  const { store } = await openNode(t, databaseUrl)
  const people: Session[] = []
  for (const name of ['ann', 'bob', 'cid']) people.push(await registerUser(store, name))
  const [ann, bob, cid] = people as [Session, Session, Session]
  const done = async (command: RoomCommand) => {
    const { kind } = await store.rooms.execute(ann.id, command, null)
    if (kind !== 'done') throw new Error(kind)
  }
  await done(create('tea', { access: 'private' }))
  await done(put('tea', 'bob'))
  await done(put('tea', 'cid'))
  proxy.dropNotifications()
  const behind = await openNode(t, urlVia(databaseUrl, proxy), { pollIntervalMs: 60_000 })
  return { store, ann, bob, cid, done, behind: follow(behind.store) }
}

/** What a node publishes when it is asked for the bounds of the log. */
function follow(store: Store) {
  let published: Entry[] = []
  store.subscribe(updateListener(({ entries }) => published.push(...entries)))
  return async () => {
    await store.log.bounds()
    const entries = published
    published = []
    return entries
  }
}

const changesIn = (entries: Entry[]) => entries.filter((entry) => entry.kind !== 'message')

function suite(): void {
  t.test('a node that is behind tells of a room as it is, to who may read it then', async (t) => {
    const { ann, bob, cid, done, behind, store } = await roomOnTwoNodes(t)
    await done(update('tea', { title: 'Before' }))
    await done(put('tea', 'cid', 'moderator'))
    await done(remove('tea', 'bob'))
    await done(update('tea', { title: 'After' }))
    t.match(changesIn(await behind()), [
      { kind: 'room-updated', room: { title: 'After' }, hiddenFrom: [bob.account.id] },
      { kind: 'role-changed', room: { title: 'After' }, hiddenFrom: [bob.account.id] },
      { kind: 'left', hiddenFrom: [] },
      { kind: 'room-updated', room: { title: 'After', memberCount: 2 }, hiddenFrom: [] },
    ])

    await done(put('tea', 'bob'))
    await done(remove('tea', 'cid'))
    await done(remove('tea', 'bob'))
    const hidden = changesIn(await behind()).map(({ kind, hiddenFrom }) => [kind, hiddenFrom])
    t.same(
      hidden,
      [
        ['joined', [cid.account.id, bob.account.id]],
        ['left', [bob.account.id]],
        ['left', []],
      ],
      'also who came and went meanwhile',
    )

    await done(put('tea', 'bob'))
    await done(remove('tea', 'bob'))
    await done(put('tea', 'bob'))
    t.same(
      changesIn(await behind()).map(({ hiddenFrom }) => hiddenFrom),
      [[], [], []],
      'who is a member again may read all of it',
    )

    await appendMessages(store, [draft(ann, 'last words', { room: 'tea' })])
    await done(update('tea', { title: 'The end' }))
    await done(deleteRoom('tea'))
    const [message, ...ended] = await behind()
    t.match(message, { kind: 'message', room: { name: 'tea' }, text: '' })
    t.ok((message as { deletedAt?: number }).deletedAt, 'what was said is gone with the room')
    t.match(ended, [
      { kind: 'room-updated', hiddenFrom: [] },
      { kind: 'room-deleted', hiddenFrom: [] },
    ])
    for (const entry of ended)
      t.same(Object.keys((entry as { room: object }).room).sort(), ['id', 'name'])
  })

  t.test('a poll that is cut at its limits hides what a later entry withdraws', async (t) => {
    const { ann, bob, done, behind, store } = await roomOnTwoNodes(t)
    await done(update('tea', { title: 'Before' }))
    await appendMessages(
      store,
      Array.from({ length: 1_200 }, () => draft(ann, 'x', { room: 'tea' })),
    )
    await done(update('tea', { title: 'Between' }))
    await done(remove('tea', 'bob'))
    const entries = await behind()
    t.equal(entries.length, 1_203)
    t.match(changesIn(entries), [
      { room: { title: 'Between', memberCount: 2 }, hiddenFrom: [bob.account.id] },
      { room: { title: 'Between' }, hiddenFrom: [bob.account.id] },
      { kind: 'left', hiddenFrom: [] },
    ])
    t.match(entries[700], { kind: 'message', from: { username: 'ann' }, to: null })
  })

  t.test('while a stranger holds the lock of the log, commands are unavailable', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const { store } = await openNode(t, databaseUrl, { maxConnections: 1 })
    const ann = await registerUser(store, 'ann')
    const sql = postgres(databaseUrl, { max: 1 })
    t.teardown(() => sql.end())
    await sql.begin(async (sql) => {
      await sql`SELECT pg_advisory_xact_lock(1331851887, 1)`
      await t.rejects(store.rooms.execute(ann.id, create('tea'), null), { name: 'Unavailable' })
    })
    t.match(await store.log.bounds(), { head: 0 })
    const { kind } = await store.rooms.execute(ann.id, create('tea'), null)
    t.equal(kind, 'done', 'nothing is left of the first')
  })

  t.test(
    'commands that come at once and do not touch each other are one transaction',
    async (t) => {
      const server = await sharedPostgres()
      const databaseUrl = await server.freshDatabase()
      const { store } = await openNode(t, databaseUrl)
      const ann = await registerUser(store, 'ann')
      const others: Session[] = []
      for (const name of ['bob', 'cid', 'dan']) others.push(await registerUser(store, name))
      const rooms = ['ale', 'gin', 'rum']
      for (const room of rooms) await store.rooms.execute(ann.id, create(room), null)
      const joins = others.map(({ id, account }, at) =>
        store.rooms.execute(id, put(rooms[at] as string, account.username), null),
      )
      const refused = [
        store.rooms.execute(ann.id, put('none', 'nobody'), null),
        store.rooms.execute(0, remove('no session', 'no one'), null),
      ]
      t.match(
        await Promise.all(joins),
        others.map(({ account }, at) => ({
          kind: 'done',
          room: { room: { name: rooms[at], memberCount: 2 }, membership: { role: 'member' } },
          member: { person: { username: account.username }, role: 'member' },
          joined: true,
        })),
      )
      t.match(await Promise.all(refused), [{ kind: 'unknown-room' }, { kind: 'session-ended' }])
      const sql = postgres(databaseUrl, { max: 1 })
      t.teardown(() => sql.end())
      const joined = await sql`
      SELECT count(*)::integer AS entries, count(DISTINCT xmin::text)::integer AS transactions
      FROM entries WHERE kind = 'joined' AND actor_id > 1`
      t.match(joined, [{ entries: 3, transactions: 1 }])
    },
  )

  t.test('a command that PostgreSQL rejects takes no other with it', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase())
    const [ann, bob] = [await registerUser(store, 'ann'), await registerUser(store, 'bob')]
    for (const room of ['ale', 'gin']) await store.rooms.execute(ann.id, create(room), null)
    const [joined, rejected] = await Promise.allSettled([
      store.rooms.execute(bob.id, put('ale', 'bob'), null),
      store.rooms.execute(ann.id, update('gin', { topic: 'a\0' }), null),
    ])
    t.match(joined, { value: { kind: 'done', joined: true } })
    t.equal(rejected.status, 'rejected')
  })

  t.test('a command that PostgreSQL rejects leaves nothing behind', async (t) => {
    const server = await sharedPostgres()
    const { store } = await openNode(t, await server.freshDatabase(), { maxConnections: 1 })
    const ann = await registerUser(store, 'ann')
    await t.rejects(store.rooms.execute(ann.id, create('tea', { topic: 'a\0' }), null))
    t.match(await store.log.bounds(), { head: 0 })
    t.equal(await store.rooms.find(ann.account.id, 'tea'), undefined)
    t.match(await store.rooms.execute(ann.id, create('tea'), null), { kind: 'done' })
  })

  t.test('a command whose answer was lost may have been stored, and is asked again', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const { store } = await openNode(t, urlVia(databaseUrl, proxy), { queryTimeoutMs: 1_000 })
    const other = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    for (const then of ['cut', 'hang'] as const) {
      const key = { key: then, digest: then }
      // Only what is written has the title.
      const made = create(then, { title: `Title of ${then}` })
      const swallowed = proxy.swallow(`Title of ${then}`, then)
      await t.rejects(store.rooms.execute(ann.id, made, key), { name: 'OutcomeUnknown' })
      await swallowed
      t.match(await store.rooms.execute(ann.id, made, key), { kind: 'done' })
      t.match(await store.rooms.execute(ann.id, made, key), { kind: 'done', replayed: true })
    }
    const { rooms } = await other.store.rooms.memberships(ann.account.id)
    t.equal(rooms.length, 2)
  })

  t.test('a node that hangs while it decides keeps nobody from posting for long', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const proxy = await openTcpProxy(t, server.port)
    const hanging = await openNode(t, urlVia(databaseUrl, proxy))
    const { store } = await openNode(t, databaseUrl)
    const ann = await registerUser(store, 'ann')
    const swallowed = proxy.swallow('the-facts-of-this', 'hang')
    const command = hanging.store.rooms.execute(ann.id, create('the-facts-of-this'), null)
    command.catch(() => {})
    await swallowed
    t.match(await appendMessages(store, [draft(ann, 'on')]), [{ id: 1 }])
    await t.rejects(command, { name: 'OutcomeUnknown' })
    t.match(await store.log.bounds(), { head: 1 })
  })

  t.test('commands and posts of several nodes are in one order on each', async (t) => {
    const server = await sharedPostgres()
    const databaseUrl = await server.freshDatabase()
    const nodes = [await openNode(t, databaseUrl), await openNode(t, databaseUrl)]
    const [here, there] = nodes.map(({ store }) => store) as [Store, Store]
    const [ann, bob] = [await registerUser(here, 'ann'), await registerUser(here, 'bob')]
    const logs = nodes.map(({ store }) => follow(store))
    await here.rooms.execute(ann.id, create('tea'), null)
    const calls: Promise<unknown>[] = []
    for (let round = 0; round < 10; round += 1) {
      calls.push(
        there.rooms.execute(bob.id, put('tea', 'bob'), null),
        here.log.append([draft(bob, 'x', { room: 'tea' })], `here ${round}`),
        here.rooms.execute(bob.id, remove('tea', 'bob'), null),
        there.log.append([draft(ann, 'y', { room: 'tea' })], `there ${round}`),
      )
    }
    await Promise.all(calls)
    const [one, other] = await Promise.all(logs.map((published) => published()))
    t.same(
      one?.map(({ id }) => id),
      Array.from(one ?? [], (_, at) => at + 1),
    )
    t.same(
      other?.map(({ id, kind }) => [id, kind]),
      one?.map(({ id, kind }) => [id, kind]),
    )
  })
}
