/** A row to be copied: its columns in the order of `CopiedTable.columns`. */
export type Row = (string | number | null)[]

/** A table whose rows a move copies. */
export interface CopiedTable {
  name: string
  /** The name of its rows in messages. */
  label: string
  /** A unique column of whole numbers above 0. Rows are copied in its order. */
  orderColumn: string
  /** Each column with the expression that reads it, which gives one value in both databases. */
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

/** In an order that foreign keys allow. The signing key is copied apart from them. */
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
  // The first start on the target must know none of the incarnations, so that it begins an epoch.
  copiedTable('epochs', 'epochs', ['born', 'first_id'], { incarnation: "'moved ' || born" }),
]

/**
 * Tables that are not copied:
 * - presence, nodes and counts of failed logins start empty;
 * - batch ids (`tickets`) and `changes` serve calls under way, and there are none;
 * - the oldest message says how far the log is trimmed;
 * - the first start makes the skeletons of names again.
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

/** @param after the value of `orderColumn` after which to read */
export function pageQuery(
  { name, orderColumn, columns }: CopiedTable,
  after: string,
  limit: number,
): string {
  return `SELECT ${Object.values(columns).join(', ')} FROM ${name}
    WHERE ${orderColumn} > ${after} ORDER BY ${orderColumn} LIMIT ${limit}`
}

/** The value of `orderColumn` in a row of `pageQuery`. */
export function orderValue([first]: Row): number {
  return first as number
}
