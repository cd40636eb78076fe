/** What every query for entries selects, from `entries` and `usernameJoins`. */
export const entryColumns = `
  entries.id, entries.text, entries.sent_at AS "sentAt",
  entries.sender_id AS "senderId", sender.username AS sender,
  entries.recipient_id AS "recipientId", recipient.username AS recipient`

/**
 * What stands behind `entries`, or behind a query of that name, for the names of their people. A
 * name is looked up for each row: a join would be planned by statistics, and now and then over the
 * whole table of accounts. None is looked up by NULL, as in the migration 0003.
 */
export const usernameJoins = `
  CROSS JOIN LATERAL (
    SELECT username FROM accounts WHERE accounts.id = entries.sender_id LIMIT 1) AS sender
  LEFT JOIN LATERAL (
    SELECT username FROM accounts
    WHERE accounts.id = entries.recipient_id AND entries.recipient_id IS NOT NULL LIMIT 1) AS recipient
  ON true`

/**
 * A condition for direct messages of one account. With an order by that column and the id there is
 * one index for it, whatever the statistics say: where it was an equality, the order would be that
 * of the ids alone, and a walk along all ids might look cheaper.
 *
 * @param account an expression, such as a parameter
 */
export function directMessagesOf(column: 'recipient_id' | 'sender_id', account: string): string {
  return `recipient_id IS NOT NULL AND ${column} = ANY (ARRAY[${account}, ${account}]::bigint[])`
}

/**
 * Those of some entries before which there is not too much text. What is read ends with the first
 * before which there is: see `takeEntries`.
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
