/** A row to be copied: its columns in the order of `CopiedTable.columns`. */
export type Row = (string | number | null)[]

/** A table whose rows a move copies. */
export interface CopiedTable {
  name: string
  /** The name of its rows in messages. */
  label: string
  /**
   * How many columns, from the first, give each row its own place: whole numbers of which one is above
   * 0. Rows are copied in their order.
   */
  orderColumns: number
  /** Each column with the expression that reads it, which gives one value in both databases. */
  columns: Readonly<Record<string, string>>
  /** Columns that are JSON text on SQLite, and arrays on PostgreSQL. */
  lists: readonly string[]
}

function copiedTable(
  name: string,
  label: string,
  columns: readonly string[],
  expressions: Record<string, string> = {},
  orderColumns = 1,
  lists: readonly string[] = [],
): CopiedTable {
  const plain = Object.fromEntries(columns.map((column) => [column, column]))
  // PostgreSQL writes {1,2} for what is [1,2] in JSON.
  const asJson = Object.fromEntries(
    lists.map((list) => [list, `replace(replace(CAST(${list} AS TEXT), '{', '['), '}', ']')`]),
  )
  return { name, label, orderColumns, columns: { ...plain, ...expressions, ...asJson }, lists }
}

const restrictionColumns = ['account_id', 'reason', 'until', 'at', 'by_id', 'by_role']

/** In an order that foreign keys allow. The signing key is copied apart from them. */
export const copiedTables: readonly CopiedTable[] = [
  copiedTable(
    'accounts',
    'accounts',
    [
      'id',
      'username',
      'key',
      'password_hash',
      'created_at',
      'reached',
      'role',
      'display_name',
      'display_key',
      'display_name_changed_at',
      'bot',
      'closed_at',
    ],
    { bot: 'CASE WHEN bot THEN 1 ELSE 0 END' },
  ),
  copiedTable('sessions', 'sessions', [
    'id',
    'account_id',
    'created_at',
    'expires_at',
    'nonce',
    'last_seen_at',
    'address',
    'user_agent',
    'login',
    'opened_by',
  ]),
  copiedTable('bans', 'bans of accounts', restrictionColumns),
  copiedTable('mutes', 'mutes', restrictionColumns),
  copiedTable('setup_codes', 'setup codes', ['account_id', 'hash', 'made_by', 'expires_at']),
  copiedTable('audit', 'audit records', [
    'id',
    'at',
    'by_id',
    'via',
    'action',
    'target_id',
    'detail',
    'address',
  ]),
  copiedTable('audiences', 'audiences', ['id', 'type', 'low_id', 'high_id']),
  copiedTable(
    'rooms',
    'rooms',
    [
      'audience_id',
      'name',
      'key',
      'title',
      'topic',
      'access',
      'history',
      'archived',
      'member_count',
      'created_at',
      'deleted_id',
      'blanked_to',
    ],
    // A boolean on PostgreSQL.
    { archived: 'CASE WHEN archived THEN 1 ELSE 0 END' },
  ),
  copiedTable(
    'members',
    'memberships',
    ['account_id', 'audience_id', 'joined_id', 'left_id', 'role', 'joined_by', 'joined_at'],
    {},
    3,
  ),
  copiedTable('blocks', 'blocks', ['account_id', 'blocked_id', 'at'], {}, 2),
  copiedTable('room_bans', 'bans of rooms', ['audience_id', 'account_id', 'by_id', 'at'], {}, 2),
  copiedTable(
    'entries',
    'entries',
    [
      'id',
      'kind',
      'audience_id',
      'actor_id',
      'target_id',
      'text',
      'sent_at',
      'ref_id',
      'metadata',
      'mentions',
      'edited_at',
      'deleted_at',
    ],
    {},
    1,
    ['mentions'],
  ),
  copiedTable(
    'read_markers',
    'read markers',
    ['account_id', 'audience_id', 'read_up_to', 'muted'],
    { muted: 'CASE WHEN muted THEN 1 ELSE 0 END' },
    2,
  ),
  copiedTable('reactions', 'reactions', ['message_id', 'entry_id', 'emoji', 'account_id'], {}, 2),
  copiedTable('idempotency_keys', 'idempotency keys', ['entry_id', 'account_id', 'key', 'digest']),
  // The first start on the target must know none of the incarnations, so that it begins an epoch.
  copiedTable('epochs', 'epochs', ['born', 'first_id'], { incarnation: "'moved ' || born" }),
]

/** Tables in which a store has rows from its first start on. */
export const tablesNeverEmpty: readonly string[] = ['audiences', 'epochs']

/**
 * Tables that are not copied:
 * - presence, nodes and counts of failed logins start empty;
 * - batch ids (`tickets`) and `changes` serve calls under way, and there are none;
 * - the oldest entry says how far the log is trimmed;
 * - the first start makes the skeletons of names again;
 * - whom a message mentions stands in its entry.
 */
export const excludedTables: readonly string[] = [
  'migrations',
  'name_skeletons',
  'name_forms',
  'room_skeletons',
  'mentions',
  'presence',
  'nodes',
  'changes',
  'tickets',
  'counts',
  'trimmed',
  'swept',
  'probe',
]

/** @param parameter the placeholder of the nth value of `placeOf`, after which to read */
export function pageQuery(
  { name, columns, orderColumns }: CopiedTable,
  parameter: (nth: number) => string,
  limit: number,
): string {
  const order = Object.keys(columns).slice(0, orderColumns)
  const after = order.map((_, at) => parameter(at + 1))
  return `SELECT ${Object.values(columns).join(', ')} FROM ${name}
    WHERE (${order.join(', ')}) > (${after.join(', ')}) ORDER BY ${order.join(', ')} LIMIT ${limit}`
}

/** The place of a row of `pageQuery`; without one, the place before the first. */
export function placeOf({ orderColumns }: CopiedTable, row?: Row): number[] {
  return Array.from({ length: orderColumns }, (_, at) => (row ? (row[at] as number) : 0))
}
