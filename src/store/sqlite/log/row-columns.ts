/** What every query for entries selects, from `entries` with the names of its people. */
export const entryColumns = `
  entries.id, entries.text, entries.sent_at AS sentAt,
  entries.sender_id AS senderId, sender.username AS sender,
  entries.recipient_id AS recipientId, recipient.username AS recipient`

/** Where they come from. Joined in this order, so that the entries are walked by their index. */
export const entryTables = `
  entries
  CROSS JOIN accounts AS sender ON sender.id = entries.sender_id
  LEFT JOIN accounts AS recipient ON recipient.id = entries.recipient_id`

/** May `:viewer` see it? Everyone sees a broadcast, its two people a direct message. */
export const visibleToViewer = `
  (entries.recipient_id IS NULL OR entries.recipient_id = :viewer OR entries.sender_id = :viewer)`
