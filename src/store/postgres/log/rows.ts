/** What every query for entries selects, from `entries` with the names of its people. */
export const entryColumns = `
  entries.id, entries.text, entries.sent_at AS "sentAt",
  entries.sender_id AS "senderId", sender.username AS sender,
  entries.recipient_id AS "recipientId", recipient.username AS recipient`

/**
 * How much text stands before an entry among those that are read. What is read ends with the first
 * before which it is too much: see `gather`.
 */
export const bytesBefore = `
  sum(octet_length(entries.text)) OVER (ORDER BY entries.id) - octet_length(entries.text) AS before`

/** Where they come from. */
export const entryTables = `
  entries
  JOIN accounts AS sender ON sender.id = entries.sender_id
  LEFT JOIN accounts AS recipient ON recipient.id = entries.recipient_id`
