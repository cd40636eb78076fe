import type { FastifyInstance } from 'fastify'
import type { Session } from '../../store/store.ts'

/** What a token opens: everything its session may do, or the event stream alone. */
export type TokenType = 'session' | 'events'

/** What a token of ours says (RFC 7519): the account, the session, and when the session ends. */
export interface Claims {
  /** The account's id. */
  sub: string
  /** The session's id. */
  sid: number
  /** Seconds since 1970. */
  exp: number
}

/** A token for a session, alive as long as the session is. */
export function issueToken(app: FastifyInstance, type: TokenType, session: Session): string {
  const claims: Claims = {
    sub: String(session.account.id),
    sid: session.id,
    exp: session.expiresAt / 1000,
  }
  return app.jwt[type].sign(claims)
}

/** The claims of a token of ours, made for this purpose and not past its end; else undefined. */
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
 * Whether a session is the one that a token was made for. Ids alone do not tell: a database that
 * went back gives them out again, to someone else.
 */
export function isTokenOf({ sub, exp }: Claims, session: Session): boolean {
  return sub === String(session.account.id) && exp * 1000 === session.expiresAt
}
