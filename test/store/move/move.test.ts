import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findCredentials } from '../../../src/chat/accounts.ts'
import { nameForms } from '../../../src/names/name-forms.ts'
import type { Entry } from '../../../src/store/message-log.ts'
import type { CopyProgress } from '../../../src/store/move/copy.ts'
import { move } from '../../../src/store/move/move.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { Session } from '../../../src/store/session-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import * as people from '../fixtures.ts'
import * as changes from '../message-commands.ts'
import * as rooms from '../room-commands.ts'
import { withStoreAt } from './open-store.ts'

/** Two people, one of whom has an undelivered direct message, and a log whose start was trimmed. */
async function fillStore(store: Store) {
  const key = Buffer.from(await store.signingKey())
  const ann = await people.registerUser(store, 'ann')
  const bob = await people.registerUser(store, 'bob')
  await people.appendMessage(store, ann, 'long ago')
  await people.appendMessage(store, ann, 'a', { key: 'once' })
  await store.receipts.markDelivered(
    [{ account: bob.account.id, id: 2 }],
    (await store.log.bounds()).epoch,
  )
  await people.appendMessage(store, ann, 'kept “for” bob\\\n\té😀', { to: 'bob' })
  await people.appendMessage(store, bob, 'b')
  while ((await store.retention.deleteExpired(Number.MAX_SAFE_INTEGER)).bounds.oldest < 2);
  return { key, ann, bob }
}

type Content = Awaited<ReturnType<typeof fillStore>>

/** Keys, sessions, accounts and cursors are the same in each store. */
async function checkContent(t: Test, store: Store, { key, ann, bob }: Content, cursors: string[]) {
  t.same(Buffer.from(await store.signingKey()), key)
  for (const session of [ann, bob]) t.same(await store.sessions.find(session.id), session)
  t.match(await store.accounts.credentials('bob'), {
    account: bob.account,
    passwordHash: 'hash of bob',
  })
  for (const cursor of cursors) {
    const [id, epoch] = cursor.split('-') as [string, string]
    t.match(await store.log.resolveCursor({ id: Number(id), epoch }), {
      position: Number(id),
      reset: { reason: 'new-epoch', from: Number(id) },
    })
  }
}

async function checkRetries(t: Test, store: Store, sender: Session) {
  const again = people.draft(sender, 'a', { key: 'once' })
  t.match(await store.log.append([again], people.newBatchId()), [
    { kind: 'replayed', entry: { id: 2 } },
  ])
  const other = people.draft(sender, 'other', { key: 'once' })
  t.same(await store.log.append([other], people.newBatchId()), [{ kind: 'key-reused' }])
}

async function cursorOf(store: Store): Promise<string> {
  const { head, epoch } = await store.log.bounds()
  return `${head}-${epoch}`
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8)
}

/** A room with history, from which one has left and another is banned, and one that was deleted. */
async function fillRooms(store: Store) {
  const [ann, bob, cid] = [
    await people.registerUser(store, 'ann'),
    await people.registerUser(store, 'bob'),
    await people.registerUser(store, 'cid'),
  ]
  const run = async (by: Session, command: RoomCommand) =>
    t.match(await store.rooms.execute(by.id, command, null), { kind: 'done' })
  await run(ann, rooms.create('old'))
  await run(ann, rooms.deleteRoom('old'))
  await run(ann, rooms.create('tea', nameForms('tea')))
  await run(ann, rooms.put('tea', 'bob', 'moderator'))
  const named = { room: 'tea', metadata: '{"a":[1,{}]}', mentions: ['bob', 'ann'] }
  const hi = await people.appendMessage(store, bob, 'hi', named)
  const reply = await people.appendMessage(store, ann, 'a reply', { room: 'tea', replyTo: hi.id })
  await people.appendMessage(store, ann, 'another', { room: 'tea', replyTo: hi.id })
  await store.log.change(bob.id, changes.edit(hi.id, 'ho', named))
  for (const { id } of [bob, ann]) await store.log.change(id, changes.react(hi.id))
  await store.log.change(ann.id, changes.erase(reply.id))
  await run(ann, rooms.ban('tea', 'cid'))
  await run(bob, rooms.remove('tea', 'bob'))
  await run(ann, rooms.update('tea', { archived: true }))
  await run(ann, rooms.update('tea', { archived: false }))
  await people.appendMessage(store, cid, 'well?', { mentions: ['ann', 'cid'] })
  await people.appendMessage(store, cid, 'psst', { to: 'ann', mentions: ['ann'] })
  const everyone = { type: 'everyone' } as const
  await store.conversations.markRead(bob, everyone, { id: 3, epoch: null })
  await store.conversations.mute(ann, everyone, true)
  const seen = await seenBy(store, [ann, bob, cid])
  return { ann, bob, cid, seen }
}

/** Stores may tell the text with a reaction, or not. */
function withoutReactedText(entry: Entry): unknown {
  return 'emoji' in entry ? { ...entry, message: entry.message.id } : entry
}

async function seenBy(store: Store, viewers: Session[]) {
  const views: unknown[] = []
  for (const { account } of viewers) {
    const range = { after: null, limit: 9 }
    const page = await store.log.page(account.id, { limit: 9, inRoom: 'tea' })
    views.push(
      (await store.log.read(0, account.id)).entries.map(withoutReactedText),
      page?.entries,
      await store.rooms.find(account.id, 'tea'),
      await store.rooms.members(account.id, 'tea', range),
      await store.rooms.bans(account.id, 'tea', range),
      await store.rooms.memberships(account.id),
      (await store.conversations.list(account, { before: null, limit: 9 })).conversations,
    )
  }
  return views
}

async function checkRooms(
  t: Test,
  store: Store,
  { ann, bob, cid, seen }: Awaited<ReturnType<typeof fillRooms>>,
  nth: number,
) {
  if (nth === 0) t.same(await seenBy(store, [ann, bob, cid]), seen, 'all is seen as before')
  const make = (name: string) =>
    store.rooms.execute(ann.id, rooms.create(name, nameForms(name)), null)
  t.match(await make('tеa'), { kind: 'room-name-taken' }, 'it looks like another')
  t.match(await make(`new${nth}`), { kind: 'done' })
  t.match(await people.appendMessage(store, cid, 'hi', { to: 'bob' }), { to: { username: 'bob' } })
}

if (postgresRuns) suite()
else t.pass('PostgreSQL does not run on this platform')

function suite(): void {
  t.test('moves from SQLite to PostgreSQL and back with sessions, cursors and keys', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const database = await (await sharedPostgres()).emptyDatabase()
    const { content, cursor } = await withStoreAt(t, here, async (store) => {
      const content = await fillStore(store)
      t.match(await store.log.bounds(), { oldest: 4, head: 4 })
      return { content, cursor: await cursorOf(store) }
    })
    const before = readdirSync(here)

    const there = await move(here, database)
    t.match(there, {
      from: here,
      to: withoutUser(database),
      kind: 'postgres',
      signingKey: true,
      counts: [
        { label: 'accounts', count: 2 },
        { label: 'sessions', count: 2 },
        { label: 'bans of accounts', count: 0 },
        { label: 'mutes', count: 0 },
        { label: 'setup codes', count: 0 },
        { label: 'audit records', count: 0 },
        { label: 'audiences', count: 2 },
        { label: 'rooms', count: 0 },
        { label: 'memberships', count: 2 },
        { label: 'blocks', count: 0 },
        { label: 'bans of rooms', count: 0 },
        { label: 'entries', count: 1 },
        { label: 'read markers', count: 3 },
        { label: 'reactions', count: 0 },
        { label: 'idempotency keys', count: 0 },
        { label: 'epochs', count: 1 },
      ],
    })
    t.same(readdirSync(here), before)
    const later = await withStoreAt(t, database, async (store) => {
      await checkContent(t, store, content, [cursor])
      t.match(await store.log.bounds(), { oldest: 4, head: 4 })
      t.match(await people.registerUser(store, 'cid'), { account: { id: 3 } })
      t.match(await people.appendMessage(store, content.ann, 'c'), { id: 5 })
      return cursorOf(store)
    })

    const moved = await move(database, back)
    t.match(moved, { from: withoutUser(database), to: back, kind: 'sqlite' })
    t.equal(mode(back), '700')
    t.same(readdirSync(back).sort(), ['jwt.key', 'obrol.db', 'obrol.lock'])
    for (const name of readdirSync(back)) t.equal(mode(join(back, name)), '600', name)
    await withStoreAt(t, back, async (store) => {
      await checkContent(t, store, content, [cursor, later])
      const { ann } = content
      t.match(await store.log.page(ann.account.id, { limit: 9 }), {
        entries: [
          { id: 4, text: 'b' },
          { id: 5, text: 'c' },
        ],
      })
    })
  })

  t.test('moves idempotency keys and undelivered direct messages', async (t) => {
    const folder = t.testdir()
    const [here, back] = [join(folder, 'here'), join(folder, 'back')]
    const server = await sharedPostgres()
    const [database, other] = [await server.freshDatabase(), await server.freshDatabase()]
    const { ann, bob } = await withStoreAt(t, here, async (store) => {
      const ann = await people.registerUser(store, 'ann')
      const bob = await people.registerUser(store, 'bob')
      await people.appendMessage(store, ann, 'for bob', { to: 'bob' })
      await people.appendMessage(store, ann, 'a', { key: 'once' })
      await people.appendMessage(store, ann, 'for bob again', { to: 'bob' })
      await store.receipts.markDelivered(
        [{ account: bob.account.id, id: 1 }],
        (await store.log.bounds()).epoch,
      )
      return { ann, bob }
    })
    const checksums: string[] = []
    const stores = [here, database, other, back, join(folder, 'more')]
    for (const [step, address] of stores.entries()) {
      const next = stores[step + 1]
      if (next) checksums.push((await move(address, next)).checksum)
    }
    t.equal(new Set(checksums).size, 1, 'it is the same in every store')
    for (const address of [database, back])
      await withStoreAt(t, address, async (store) => {
        await checkRetries(t, store, ann)
        const { after, upTo } = await store.receipts.undelivered(bob.account.id)
        const { entries } = await store.receipts.readUndelivered(after, upTo, bob.account.id)
        t.match(entries, [{ text: 'for bob again' }])
        t.equal(entries.length, 1)
      })
  })

  t.test('moves rooms with members, bans and history', async (t) => {
    const folder = t.testdir()
    const here = join(folder, 'here')
    const stores = [here, await (await sharedPostgres()).freshDatabase(), join(folder, 'back')]
    const content = await withStoreAt(t, here, fillRooms)
    for (const [nth, address] of stores.slice(1).entries()) {
      await move(stores[nth] as string, address)
      await withStoreAt(t, address, (store) => checkRooms(t, store, content, nth))
    }
  })

  t.test('names stay as they were, and look-alikes are refused in the target', async (t) => {
    const folder = t.testdir()
    const stores = [join(folder, 'here'), await (await sharedPostgres()).freshDatabase()]
    await withStoreAt(t, stores[1] as string, async () => {})
    stores.push(join(folder, 'back'))
    await withStoreAt(t, stores[0] as string, async (store) => {
      // Two names before 0.2, one today.
      for (const [username, key] of [
        ['Straße', 'straße'],
        ['Strasse', 'strasse'],
      ] as const) {
        await store.accounts.register({ ...people.newAccount(username), key }, 1_000)
      }
      await store.accounts.register({ ...people.newAccount('ace'), ...nameForms('ace') }, 1_000)
    })
    for (const [nth, address] of stores.slice(1).entries()) {
      await move(stores[nth] as string, address)
      await withStoreAt(t, address, async (store) => {
        for (const typed of ['Straße', 'Strasse', 'ace']) {
          t.equal((await findCredentials(store.accounts, typed))?.account.username, typed)
        }
        for (const username of ['асе', 'STRAẞE']) {
          const account = { ...people.newAccount(username), ...nameForms(username) }
          t.equal(await store.accounts.register(account, 1_000), 'taken', username)
        }
      })
    }
  })

  t.test(
    'a store where a server was started, but nobody registered, may be the target',
    async (t) => {
      const folder = t.testdir()
      const [here, back] = [join(folder, 'here'), join(folder, 'back')]
      const database = await (await sharedPostgres()).emptyDatabase()
      const key = await withStoreAt(t, here, async (store) => {
        await people.appendMessage(store, await people.registerUser(store, 'ann'), 'a')
        return await store.signingKey()
      })
      const [elsewhere] = await Promise.all([
        withStoreAt(
          t,
          database,
          async (store) => [await store.signingKey(), await cursorOf(store)] as const,
        ),
        withStoreAt(t, back, (store) => store.signingKey()),
      ])
      await move(here, database)
      await move(database, back)
      await withStoreAt(t, back, async (store) => {
        t.same(Buffer.from(await store.signingKey()), Buffer.from(key))
        t.notSame(Buffer.from(await store.signingKey()), Buffer.from(elsewhere[0]))
        t.match(await store.log.bounds(), { head: 1 })
      })
    },
  )

  t.test('copies a long log in batches, and reports progress', async (t) => {
    const folder = t.testdir()
    const here = join(folder, 'here')
    const database = await (await sharedPostgres()).freshDatabase()
    await withStoreAt(t, here, async (store) => {
      const ann = await people.registerUser(store, 'ann')
      const long = 'x'.repeat(4_000)
      await people.appendMessages(
        store,
        Array.from({ length: 1_300 }, (_, at) => people.draft(ann, at < 300 ? long : 'x')),
      )
    })
    const reports: CopyProgress[] = []
    await move(here, database, { onProgress: (progress) => reports.push(progress) })
    t.ok(reports.length > 8)
    for (const step of ['copied', 'verified'] as const) {
      const rows = reports.filter((progress) => progress.step === step)
      t.match(rows.at(-1), { rows: 1_305, totalRows: 1_305 })
      t.same(
        rows.map((progress) => progress.rows),
        rows.map((progress) => progress.rows).sort((a, b) => a - b),
      )
    }
    await withStoreAt(t, database, async (store) => {
      t.match(await store.log.bounds(), { oldest: 1, head: 1_300 })
      t.equal((await store.log.message(300, 1))?.text.length, 4_000)
    })
  })

  t.test('moves an empty log', async (t) => {
    const folder = t.testdir()
    const database = await (await sharedPostgres()).freshDatabase()
    await withStoreAt(t, join(folder, 'here'), async () => {})
    t.match(await move(join(folder, 'here'), database), { signingKey: false })
    await withStoreAt(t, database, async (store) => {
      t.match(await people.appendMessage(store, await people.registerUser(store, 'ann'), 'a'), {
        id: 1,
        from: { id: 1 },
      })
    })
  })
}

/** The name of a PostgreSQL store: its URL without user and password. */
function withoutUser(databaseUrl: string): string {
  return databaseUrl.replace(/[^/]*@/, '')
}
