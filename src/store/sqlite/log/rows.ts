import type { Entry } from '../../store.ts'

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
export const visible = `
  (entries.recipient_id IS NULL OR entries.recipient_id = :viewer OR entries.sender_id = :viewer)`

export interface EntryRow {
  id: number
  text: string
  sentAt: number
  senderId: number
  sender: string
  recipientId: number | null
  recipient: string | null
}

export function toEntry(row: EntryRow): Entry {
  return {
    id: row.id,
    from: { id: row.senderId, username: row.sender },
    to:
      row.recipientId === null ? null : { id: row.recipientId, username: row.recipient as string },
    text: row.text,
    sentAt: row.sentAt,
  }
}
