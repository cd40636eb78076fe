import type { LogBounds } from '../../message-log.ts'
import type { EntryRow } from '../../rows.ts'
import type { Sql } from '../connection.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'

/** What every query for entries selects, from `entries` and `usernameJoins`. */
export const entryColumns = `
  entries.id, entries.text, entries.sent_at AS "sentAt",
  entries.sender_id AS "senderId", sender.username AS sender,
  entries.recipient_id AS "recipientId", recipient.username AS recipient`

/**
 * Follows `entries` in a FROM clause, and adds the usernames. Each row looks up its own: the planner
 * may turn a join into a scan of all accounts, depending on the statistics. Without a recipient
 * nothing is looked up, as in the migration 0003.
 */
export const usernameJoins = `
  CROSS JOIN LATERAL (
    SELECT username FROM accounts WHERE accounts.id = entries.sender_id LIMIT 1) AS sender
  LEFT JOIN LATERAL (
    SELECT username FROM accounts
    WHERE accounts.id = entries.recipient_id AND entries.recipient_id IS NOT NULL LIMIT 1) AS recipient
  ON true`

/** Everyone may see a broadcast; sender and recipient may see a direct message. */
export function visibleTo(sql: Sql, viewer: number) {
  return sql`(entries.recipient_id IS NULL
    OR entries.recipient_id = ${viewer} OR entries.sender_id = ${viewer})`
}

/** A row of `withBounds`; without any entries there is one row, whose `id` is null. */
export type BoundsAndEntryRow = BoundsRow & EntryRow

/**
 * A query for the log's bounds and for entries, in one snapshot.
 *
 * @param entries what stands in its FROM clause, with the alias `entries`
 */
export function withBounds(entries: string, order: 'ASC' | 'DESC' = 'ASC'): string {
  return `
    SELECT bounds.*, found.* FROM (SELECT ${boundsColumns}) AS bounds LEFT JOIN (
      SELECT ${entryColumns} FROM ${entries} ${usernameJoins}
    ) AS found ON true ORDER BY found.id ${order}`
}

/** Takes apart what a query of `withBounds` returned. */
export function splitBounds(rows: readonly BoundsAndEntryRow[]): {
  bounds: LogBounds
  found: EntryRow[]
} {
  return {
    bounds: toLogBounds(rows[0] as BoundsAndEntryRow),
    found: rows.filter(({ id }) => id !== null),
  }
}

/**
 * A condition for the direct messages of one account. `= ANY` with an order by the column and the id
 * fits one index alone, whatever the statistics say. With `=` the order would be that of the ids, and
 * the planner might prefer to walk all ids.
 *
 * @param account an expression, such as a parameter
 */
export function directMessagesOf(column: 'recipient_id' | 'sender_id', account: string): string {
  return `recipient_id IS NOT NULL AND ${column} = ANY (ARRAY[${account}, ${account}]::bigint[])`
}

/**
 * The first of some entries, up to a limit of text. The one that exceeds the limit is included: see
 * `takeEntries`.
 *
 * @param rows the name of a query of entries
 * @param limit a condition on the bytes of text before an entry, such as `<= 262144`
 */
export function limitBytes(rows: string, limit: string): string {
  return `(
    SELECT * FROM (
      SELECT *, sum(octet_length(text)) OVER (ORDER BY id) - octet_length(text) AS before FROM ${rows}
    ) AS measured WHERE before ${limit}) AS entries`
}
