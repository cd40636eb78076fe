import type { Row } from './home.ts'

/** A table whose rows a move carries. */
export interface Table {
  name: string
  /** How the person at the terminal reads of its rows. */
  rows: string
  /** A column of whole numbers above 0, no two the same: rows are carried in its order. */
  order: string
  /** Each column with the expression it is carried as, which is one value in both databases. */
  columns: Readonly<Record<string, string>>
}

function table(
  name: string,
  rows: string,
  [order, ...others]: readonly [string, ...string[]],
  expressions: Record<string, string> = {},
): Table {
  const plain = Object.fromEntries([order, ...others].map((column) => [column, column]))
  return { name, rows, order, columns: { ...plain, ...expressions } }
}

/** All that is carried, those first that others refer to. The signing key goes beside them. */
export const tables: readonly Table[] = [
  table('accounts', 'accounts', [
    'id',
    'username',
    'key',
    'password_hash',
    'created_at',
    'reached',
  ]),
  table('sessions', 'sessions', ['id', 'account_id', 'created_at', 'expires_at']),
  table('entries', 'messages', ['id', 'sender_id', 'recipient_id', 'text', 'sent_at']),
  table('idempotency_keys', 'idempotency keys', ['entry_id', 'account_id', 'key', 'digest']),
  // What names a life of the old home says nothing in the new one, whose first start must begin an
  // epoch of its own.
  table('epochs', 'epochs', ['born', 'first_id'], { incarnation: "'moved ' || born" }),
]

/**
 * What stays behind: who is online and which servers there are begins anew, answers that were lost
 * on the way are no longer asked for, counts of failed logins start over, how far the log is
 * trimmed is told by its oldest message. What names look like is made of them at the first start.
 */
export const leftBehind: readonly string[] = [
  'migrations',
  'name_skeletons',
  'name_forms',
  'presence',
  'nodes',
  'changes',
  'tickets',
  'counts',
  'trimmed',
  'swept',
  'probe',
]

/** A query for the next rows of a table, after a value of its order. */
export function pageQuery({ name, order, columns }: Table, after: string, limit: number): string {
  return `SELECT ${Object.values(columns).join(', ')} FROM ${name}
    WHERE ${order} > ${after} ORDER BY ${order} LIMIT ${limit}`
}

/** Where a row that such a query brought stands in the order. */
export function orderOf([first]: Row): number {
  return first as number
}
