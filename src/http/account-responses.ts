import type { OwnSession } from '../chat/own-sessions.ts'
import type { Account } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'

export function toUser(account: Account) {
  return { ...account, createdAt: toTime(account.createdAt) }
}

export function toOpenedSession(session: Session, token: string) {
  return {
    user: toUser(session.account),
    token,
    tokenType: 'Bearer' as const,
    expiresAt: toTime(session.expiresAt),
  }
}

export function toSessionInfo(session: OwnSession) {
  const { createdAt, lastSeenAt, expiresAt } = session
  return {
    ...session,
    createdAt: toTime(createdAt),
    lastSeenAt: toTime(lastSeenAt),
    expiresAt: toTime(expiresAt),
  }
}

/** RFC 3339 in UTC, from Unix milliseconds. */
export function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
