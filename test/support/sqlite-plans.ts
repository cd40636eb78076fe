import { type Connection, connect } from '../../src/store/sqlite/connection.ts'
import { FullyDeliveredAccounts } from '../../src/store/sqlite/fully-delivered-accounts.ts'
import { beginEpoch } from '../../src/store/sqlite/log/begin-epoch.ts'
import { CursorResolver } from '../../src/store/sqlite/log/resolve-cursor.ts'
import { createReader } from '../../src/store/sqlite/reader.ts'
import { MembershipQueries } from '../../src/store/sqlite/rooms/memberships.ts'
import { Writer } from '../../src/store/sqlite/writer.ts'
import { growing } from './large-database.ts'

/**
 * What SQLite plans for foreign keys, whose children a row that is inserted may be looked for by, and
 * passes over while none is violated.
 */
const parents = /^INSERT INTO (accounts|audiences)/

/**
 * Scans that read no whole table, by table: those that end after the first rows, one of all who are
 * present, and one of all who were in rooms, when the store opens, which is what they are for.
 */
const harmless: Record<string, RegExp[]> = {
  audiences: [parents],
  entries: [/FROM entries ORDER BY id DESC LIMIT 1$/, parents],
  sessions: [parents],
  idempotency_keys: [/FROM idempotency_keys CROSS JOIN entries [^()]*ORDER BY entry_id LIMIT/],
  read_markers: [parents],
  members: [/^SELECT DISTINCT account_id FROM members INDEXED BY members_rooms/, parents],
  presence: [/FROM presence JOIN accounts ON accounts.id = presence.account_id\s+ORDER BY/],
  room_bans: [parents],
}

/** Every statement of the store on SQLite, and those steps of their plans that read a whole table. */
export function scansOfSqlite(database: string): { asked: string[]; scans: string[] } {
  const connection = connect(database)
  const asked = statementsOn(connection)
  const scans = asked.flatMap((statement) =>
    connection
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${statement}`)
      .all(...nulls(statement))
      .filter(({ detail }) => reads(detail, statement))
      .map(({ detail }) => `${detail}: ${statement}`),
  )
  connection.close()
  return { asked, scans }
}

/** Whether a step of a plan reads all of a table that grows. */
function reads(detail: string, statement: string): boolean {
  const [, table = ''] = /^SCAN (\w+)/.exec(detail) ?? []
  return growing.has(table) && !harmless[table]?.some((pattern) => pattern.test(statement))
}

/** What the parts of the store prepare, once each. */
function statementsOn(connection: Connection): string[] {
  const asked = new Set<string>()
  const telling = new Proxy(connection, {
    get(target, name) {
      if (name === 'prepare') {
        return (statement: string) => {
          asked.add(statement)
          return target.prepare(statement)
        }
      }
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  new Writer(telling, Date.now)
  createReader(telling, Date.now)
  new CursorResolver(telling)
  new FullyDeliveredAccounts(telling, Date.now())
  new MembershipQueries(telling)
  beginEpoch(telling, Date.now(), 'of these plans')
  return [...asked].filter((statement) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(statement))
}

/** A null for each parameter, which a plan does not depend on. */
function nulls(statement: string): unknown[] {
  const names = [...new Set(statement.match(/:\w+/g))]
  if (names.length > 0) return [Object.fromEntries(names.map((name) => [name.slice(1), null]))]
  return Array.from({ length: statement.match(/\?/g)?.length ?? 0 }, () => null)
}
