import type { Role } from './person.ts'
import { effectiveRole } from './token-rules.ts'
import type { Token, TokenScope } from './token-store.ts'

/** A row of a query for tokens. */
export interface TokenRow {
  id: number
  name: string
  scopes: string
  createdAt: number
  expiresAt: number
  lastSeenAt: number | null
}

/** The columns of `TokenRow` in `sessions`, in both stores. */
export const tokenColumns = `id, token_name AS name, token_scopes AS scopes, created_at AS "createdAt",
  expires_at AS "expiresAt", last_seen_at AS "lastSeenAt"`

const hourMs = 3_600_000

/** When it was last used is told to the hour. */
export function toToken({ lastSeenAt, scopes, ...token }: TokenRow): Token {
  return {
    ...token,
    scopes: toScopes(scopes),
    ...(lastSeenAt !== null && { lastUsedAt: lastSeenAt - (lastSeenAt % hourMs) }),
  }
}

/** As the column `token_scopes` has them. */
export function fromScopes(scopes: readonly TokenScope[]): string {
  return scopes.join(' ')
}

export function toScopes(column: string): TokenScope[] {
  return column.split(' ') as TokenScope[]
}

/** The role as which a session acts. @param scopes the column `token_scopes`, null for a login */
export function actingRole({ role, scopes }: { role: Role; scopes: string | null }): Role {
  return effectiveRole(role, scopes === null ? undefined : toScopes(scopes))
}
