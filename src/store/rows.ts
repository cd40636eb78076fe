import type { MessageEntry } from './message-log.ts'
import type { Session } from './session-store.ts'

/** A row of a query for entries, joined with sender and recipient. */
export interface EntryRow {
  id: number
  text: string
  sentAt: number
  senderId: number
  sender: string
  recipientId: number | null
  recipient: string | null
}

export function toEntry(row: EntryRow): MessageEntry {
  const { id, text, sentAt, senderId, sender, recipientId, recipient } = row
  return {
    kind: 'message',
    id,
    from: { id: senderId, username: sender },
    to: recipientId === null ? null : { id: recipientId, username: recipient as string },
    room: null,
    text,
    sentAt,
  }
}

/** A row of a query for sessions, joined with the account. */
export interface SessionRow {
  id: number
  createdAt: number
  expiresAt: number
  accountId: number
  username: string
  accountCreatedAt: number
}

export function toSession(row: SessionRow): Session {
  const { id, createdAt, expiresAt, accountId, username, accountCreatedAt } = row
  return {
    id,
    account: { id: accountId, username, createdAt: accountCreatedAt },
    createdAt,
    expiresAt,
  }
}
