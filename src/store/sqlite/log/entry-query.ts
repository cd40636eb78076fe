/** Selects an `EntryRow` from `entryTables`. */
export const entryColumns = `
  entries.id, entries.text, entries.sent_at AS sentAt,
  entries.sender_id AS senderId, sender.username AS sender,
  entries.recipient_id AS recipientId, recipient.username AS recipient`

/** CROSS JOIN keeps SQLite to this order, so that an index of the entries leads. */
export const entryTables = `
  entries
  CROSS JOIN accounts AS sender ON sender.id = entries.sender_id
  LEFT JOIN accounts AS recipient ON recipient.id = entries.recipient_id`

/** Everyone may see a broadcast; sender and recipient may see a direct message. */
export const visibleToViewer = `
  (entries.recipient_id IS NULL OR entries.recipient_id = :viewer OR entries.sender_id = :viewer)`
