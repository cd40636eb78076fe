import { existsSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import postgres from 'postgres'
import t, { type Test } from 'tap'
import { nameForms } from '../../../src/names/name-forms.ts'
import {
  type CopiedTable,
  copiedTables,
  excludedTables,
} from '../../../src/store/move/copied-tables.ts'
import { copy } from '../../../src/store/move/copy.ts'
import type { Target } from '../../../src/store/move/endpoints.ts'
import { SqliteSource } from '../../../src/store/move/sqlite-source.ts'
import { SqliteTarget } from '../../../src/store/move/sqlite-target.ts'
import { StartError } from '../../../src/store/start-error.ts'
import type { Store } from '../../../src/store/store.ts'
import { postgresRuns, sharedPostgres } from '../../support/postgres.ts'
import { privateFolder } from '../../support/private-folder.ts'
import * as people from '../fixtures.ts'
import { openSession } from '../fixtures.ts'
import * as rooms from '../room-commands.ts'
import * as commands from '../staff-commands.ts'
import { withStoreAt } from './open-store.ts'

/** A target with some methods replaced. */
function withFaults(target: Target, faults: Partial<Target>): Target {
  return new Proxy(target, {
    get: (target, name) => {
      const member = faults[name as keyof Target] ?? Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

async function openEndpoints(t: Test) {
  const folder = privateFolder(t)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  await withStoreAt(t, here, async (store) => {
    await store.signingKey()
    const ann = await people.registerUser(store, 'ann')
    for (const text of ['a', 'b']) await people.appendMessage(store, ann, text)
  })
  const source = SqliteSource.open(here)
  const target = await SqliteTarget.open(there)
  t.teardown(() => Promise.all([target.close(), source.close()]))
  return { source, target, there }
}

t.test('does not commit rows that differ from the source', async (t) => {
  const { source, target, there } = await openEndpoints(t)
  const altering = withFaults(target, {
    write: (table, rows) =>
      target.write(
        table,
        rows.map((row) => row.map((value) => (value === 'b' ? 'B' : value))),
      ),
  })
  await t.rejects(copy(source, altering, {}), StartError)
  t.notOk(existsSync(join(there, 'obrol.db')))
})

t.test('notices missing rows and a wrong signing key', async (t) => {
  for (const [faults, message] of [
    [(target) => ({ write: dropping(target) }), /^The entries differ after the copy: 2 with/],
    [() => ({ signingKey: async () => undefined }), /^The signing key differs after the copy$/],
  ] as [(target: Target) => Partial<Target>, RegExp][])
    await t.test(String(message), async (t) => {
      const { source, target } = await openEndpoints(t)
      await t.rejects(copy(source, withFaults(target, faults(target)), {}), { message })
    })
})

t.test('copies rooms as they are', async (t) => {
  const folder = privateFolder(t)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  const page = (store: Store) => store.log.page(1, { limit: 9, inRoom: 'tea' })
  const before = await withStoreAt(t, here, async (store) => {
    const ann = await people.registerUser(store, 'ann')
    await people.registerUser(store, 'bob')
    const commands = [
      rooms.create('tea', nameForms('tea')),
      rooms.put('tea', 'bob'),
      rooms.ban('tea', 'bob'),
      rooms.update('tea', { archived: true }),
      rooms.update('tea', { archived: false }),
    ]
    for (const command of commands) await store.rooms.execute(ann.id, command, null)
    await people.appendMessage(store, ann, 'hi', { room: 'tea' })
    return page(store)
  })
  const [source, target] = [SqliteSource.open(here), await SqliteTarget.open(there)]
  await copy(source, target, {})
  await target.close()
  await source.close()
  await withStoreAt(t, there, async (store) => {
    t.match((await page(store))?.entries, before?.entries)
    t.match(await store.rooms.find(2, 'tea'), { room: { memberCount: 1 }, membership: null })
    t.match(await store.rooms.bans(1, 'tea', { after: null, limit: 9 }), {
      bans: [{ person: { username: 'bob' } }],
    })
    t.match(await store.rooms.memberships(2), { rooms: [], lastLeftId: 3 })
    const bob = await openSession(store, 2, 3_600_000)
    const alike = rooms.create('tеa', nameForms('tеa'))
    t.match(await store.rooms.execute(bob.id, alike, null), { kind: 'room-name-taken' })
  })
})

t.test('copies what the staff did', async (t) => {
  const folder = privateFolder(t)
  const [here, there] = [join(folder, 'here'), join(folder, 'there')]
  const call = { caller: { kind: 'console' }, proof: null, address: null } as const
  const state = async ({ staff, audit }: Store) => {
    const query = { prefix: null, role: null, banned: null, after: null, limit: 9 }
    const records = await audit.list({ before: null, limit: 9, by: null, action: null })
    return { records, users: await staff.list(query) }
  }
  const before = await withStoreAt(t, here, async (store) => {
    await people.registerUser(store, 'ann')
    await people.registerUser(store, 'bob')
    const until = Date.now() + 3_600_000
    for (const command of [
      commands.setRole('ann', 'admin'),
      commands.banUser('bob', { reason: 'spam', until }),
      commands.muteUser('bob'),
      commands.createUser('helper', true),
      commands.createUser('zoe'),
    ])
      await store.staff.execute(call, command)
    return state(store)
  })
  const [source, target] = [SqliteSource.open(here), await SqliteTarget.open(there)]
  await copy(source, target, {})
  await target.close()
  await source.close()
  await withStoreAt(t, there, async (store) => {
    t.same(await state(store), before)
    const use = { passwordHash: 'new', ttlMs: 3_600_000, client: {} }
    const session = await store.staff.useSetupCode({ hash: commands.setupHash('zoe'), ...use })
    t.match(session, { account: { username: 'zoe' } })
  })
})

t.test('every table of both stores is copied or excluded on purpose', async (t) => {
  const folder = privateFolder(t)
  await withStoreAt(t, folder, async () => {})
  const database = new Database(join(folder, 'obrol.db'), { readonly: true })
  check(
    t,
    database
      .prepare<[], [string, string]>(
        `SELECT tables.name, columns.name FROM sqlite_schema AS tables
         JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'`,
      )
      .raw()
      .all(),
  )
  database.close()
  if (!postgresRuns) return
  const sql = postgres(await (await sharedPostgres()).freshDatabase(), { max: 1 })
  const rows = await sql`
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'signing_key'`.values()
  await sql.end()
  check(t, rows as unknown as [string, string][])
})

function check(t: Test, found: [table: string, column: string][]): void {
  const columns = Object.groupBy(found, ([table]) => table)
  for (const name of Object.keys(columns)) {
    if (excludedTables.includes(name)) continue
    const { columns: copied = {} } = copiedTables.find((table) => table.name === name) ?? {}
    t.same(columns[name]?.map(([, column]) => column).sort(), Object.keys(copied).sort(), name)
  }
  for (const { name } of copiedTables) t.ok(name in columns, name)
}

function dropping(target: Target): Target['write'] {
  return (table: CopiedTable, rows) =>
    target.write(table, table.name === 'entries' ? rows.slice(1) : rows)
}
