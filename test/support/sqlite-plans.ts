import { type Connection, connect } from '../../src/store/sqlite/connection.ts'
import { FullyDeliveredAccounts } from '../../src/store/sqlite/fully-delivered-accounts.ts'
import { beginEpoch } from '../../src/store/sqlite/log/begin-epoch.ts'
import { CursorResolver } from '../../src/store/sqlite/log/resolve-cursor.ts'
import { createReader } from '../../src/store/sqlite/reader.ts'
import { Writer } from '../../src/store/sqlite/writer.ts'
import { growing } from './large-database.ts'

/**
 * Scans that read no whole table, by table: those that end after the first rows, one of all who are
 * present, which is what it is for, and those that SQLite plans for foreign keys (whose children an
 * account or an audience that is inserted may be looked for by) and passes over while none is violated.
 */
const harmless: Record<string, RegExp[]> = {
  entries: [/FROM entries ORDER BY id DESC LIMIT 1$/, /^INSERT INTO accounts/],
  sessions: [/^INSERT INTO accounts/],
  audiences: [/^INSERT INTO accounts/],
  members: [/^INSERT INTO (accounts|audiences)/],
  room_bans: [/^INSERT INTO accounts/],
  idempotency_keys: [/FROM idempotency_keys CROSS JOIN entries [^()]*ORDER BY entry_id LIMIT/],
  presence: [/FROM presence JOIN accounts ON accounts.id = presence.account_id\s+ORDER BY/],
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
  beginEpoch(telling, Date.now(), 'of these plans')
  return [...asked].filter((statement) => /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(statement))
}

/** A null for each parameter, which a plan does not depend on. */
function nulls(statement: string): unknown[] {
  const names = [...new Set(statement.match(/:\w+/g))]
  if (names.length > 0) return [Object.fromEntries(names.map((name) => [name.slice(1), null]))]
  return Array.from({ length: statement.match(/\?/g)?.length ?? 0 }, () => null)
}
