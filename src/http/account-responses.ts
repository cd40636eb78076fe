import type { Account } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'

export function toUser({ createdAt, ...account }: Account) {
  return { ...account, createdAt: toTime(createdAt) }
}

export function toOpenedSession(session: Session, token: string) {
  return {
    user: toUser(session.account),
    token,
    tokenType: 'Bearer' as const,
    expiresAt: toTime(session.expiresAt),
  }
}

/** RFC 3339 in UTC, from Unix milliseconds. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
