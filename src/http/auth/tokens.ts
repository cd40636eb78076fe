import type { FastifyInstance } from 'fastify'
import type { Session } from '../../store/session-store.ts'

/** A token for every call of its session, or for the event stream alone. */
export type TokenType = 'session' | 'events'

/** The claims of our tokens (RFC 7519). */
export interface Claims {
  /** The id of the account. */
  sub: string
  /** The id of the session. */
  sid: number
  /** When the session ends, in seconds since 1970. */
  exp: number
  /** That of the session. Tokens of 0.1 have none. */
  nonce?: string
}

/** Signs a token that is valid as long as its session, as far as is known now: a session may be renewed. */
export function issueToken(app: FastifyInstance, type: TokenType, session: Session): string {
  const claims: Claims = {
    sub: String(session.account.id),
    sid: session.id,
    exp: session.expiresAt / 1000,
    nonce: session.nonce,
  }
  return app.jwt[type].sign(claims)
}

/** The claims of a token; undefined where it is not ours, of another type, or expired. */
export function verifyToken(
  app: FastifyInstance,
  type: TokenType,
  token: string,
): Claims | undefined {
  const cache = app.verifiedTokens[type]
  const cached = cache.get(token)
  if (cached !== undefined) return cached
  try {
    const claims = app.jwt[type].verify<Claims>(token)
    if (![claims.sid, claims.exp].every(Number.isSafeInteger)) return undefined
    return cache.add(token, claims)
  } catch {
    return undefined
  }
}

/**
 * Whether a session is the one that a token was issued for. Ids are not enough: after a backup was
 * restored, the database assigns them again, to someone else.
 */
export function isTokenOf({ sub, exp, nonce = String(exp) }: Claims, session: Session): boolean {
  return sub === String(session.account.id) && nonce === session.nonce
}
