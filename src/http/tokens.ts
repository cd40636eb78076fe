import type { FastifyInstance } from 'fastify'
import type { Session } from '../store/store.ts'

/** What a token opens: everything its session may do, or the event stream alone. */
export type Purpose = 'session' | 'events'

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
export function issueToken(app: FastifyInstance, purpose: Purpose, session: Session): string {
  const claims: Claims = {
    sub: String(session.account.id),
    sid: session.id,
    exp: session.expiresAt / 1000,
  }
  return app.jwt[purpose].sign(claims)
}

/** The claims of a token of ours, made for this purpose and not past its end; else undefined. */
export function readToken(
  app: FastifyInstance,
  purpose: Purpose,
  token: string,
): Claims | undefined {
  const known = app.knownTokens[purpose]
  const remembered = known.find(token)
  if (remembered !== undefined) return remembered
  try {
    const claims = app.jwt[purpose].verify<Claims>(token)
    if (![claims.sid, claims.exp].every(Number.isSafeInteger)) return undefined
    return known.keep(token, claims)
  } catch {
    return undefined
  }
}

/**
 * Whether a session is the one that a token was made for. Ids alone do not tell: a database that
 * went back gives them out again, to someone else.
 */
export function isFor({ sub, exp }: Claims, session: Session): boolean {
  return sub === String(session.account.id) && exp * 1000 === session.expiresAt
}
