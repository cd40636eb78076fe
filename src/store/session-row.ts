import type { Session } from './store.ts'

/** A session as a query has it, joined with its account. */
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
