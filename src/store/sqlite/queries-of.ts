import type { Connection } from './connection.ts'

/** A class of statements. Its objects keep nothing else. */
type Queries<Of> = new (connection: Connection) => Of

const made = new WeakMap<Connection, Map<Queries<unknown>, unknown>>()

/**
 * The queries of a class on a connection, which all who need them share: each statement is prepared once.
 * Prepared by each of their users, they took 3 MB more (docs/design/memory.md).
 */
export function queriesOf<Of>(queries: Queries<Of>, connection: Connection): Of {
  const known = made.get(connection) ?? new Map<Queries<unknown>, unknown>()
  made.set(connection, known)
  const found = known.get(queries) ?? new queries(connection)
  known.set(queries, found)
  return found as Of
}
