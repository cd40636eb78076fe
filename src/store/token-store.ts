import type { SessionCaller } from './caller.ts'
import type { ProvenCaller } from './fresh-proof.ts'
import type { TokenRefusal } from './token-rules.ts'

/** What a token for programs can be allowed to do; `docs/tokens.md` has the calls of each. */
export const tokenScopes = ['read', 'write', 'moderate', 'admin', 'people'] as const

export type TokenScope = (typeof tokenScopes)[number]

/**
 * Tokens for programs. Each is a session that no login began: its id is that of the session, it ends as one,
 * and presence, streams and writes know no difference.
 */
export interface TokenStore {
  /**
   * Makes a token for the caller's account, if `decideNewToken` lets them: they and their proof are judged
   * in the transaction.
   */
  create(caller: ProvenCaller, token: NewToken): Promise<Token | TokenRefusal>

  /** The id of the token with a hash; undefined where it is not alive. */
  find(hash: string): Promise<number | undefined>

  /** The tokens of an account that are alive, the newest first. */
  list(account: number): Promise<Token[]>

  /** Ends a token of the caller's account, and its presence. */
  end(caller: SessionCaller, id: number): Promise<'ended' | 'unknown-token' | 'session-ended'>
}

export interface NewToken {
  /** SHA-256 in hex. */
  hash: string
  name: string
  scopes: readonly TokenScope[]
  ttlMs: number
}

/** As its owner is told of it. */
export interface Token {
  id: number
  name: string
  scopes: readonly TokenScope[]
  createdAt: number
  expiresAt: number
  /** Undefined where it was not used yet. */
  lastUsedAt?: number
}
