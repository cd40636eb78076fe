import type { Entry } from './store.ts'

/** An entry as a query has it, with the names of its people. */
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
