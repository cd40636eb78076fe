import type { Row } from './endpoints.ts'

/** A table whose rows a move carries. */
export interface CopiedTable {
  name: string
  /** How the person at the terminal reads of its rows. */
  label: string
  /** A column of whole numbers above 0, no two the same: rows are carried in its order. */
  orderColumn: string
  /** Each column with the expression it is carried as, which is one value in both databases. */
  columns: Readonly<Record<string, string>>
}

function copiedTable(
  name: string,
  label: string,
  [orderColumn, ...others]: readonly [string, ...string[]],
  expressions: Record<string, string> = {},
): CopiedTable {
  const plain = Object.fromEntries([orderColumn, ...others].map((column) => [column, column]))
  return { name, label, orderColumn, columns: { ...plain, ...expressions } }
}

/** All that is carried, those first that others refer to. The signing key goes beside them. */
export const copiedTables: readonly CopiedTable[] = [
  copiedTable('accounts', 'accounts', [
    'id',
    'username',
    'key',
    'password_hash',
    'created_at',
    'reached',
  ]),
  copiedTable('sessions', 'sessions', ['id', 'account_id', 'created_at', 'expires_at']),
  copiedTable('entries', 'messages', ['id', 'sender_id', 'recipient_id', 'text', 'sent_at']),
  copiedTable('idempotency_keys', 'idempotency keys', ['entry_id', 'account_id', 'key', 'digest']),
  // What names a life of the old home says nothing in the new one, whose first start must begin an
  // epoch of its own.
  copiedTable('epochs', 'epochs', ['born', 'first_id'], { incarnation: "'moved ' || born" }),
]

/**
 * What stays behind: who is online and which servers there are begins anew, answers that were lost
 * on the way are no longer asked for, counts of failed logins start over, how far the log is
 * trimmed is told by its oldest message. What names look like is made of them at the first start.
 */
export const excludedTables: readonly string[] = [
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
export function pageQuery(
  { name, orderColumn, columns }: CopiedTable,
  after: string,
  limit: number,
): string {
  return `SELECT ${Object.values(columns).join(', ')} FROM ${name}
    WHERE ${orderColumn} > ${after} ORDER BY ${orderColumn} LIMIT ${limit}`
}

/** Where a row that such a query brought stands in the order. */
export function orderValue([first]: Row): number {
  return first as number
}
