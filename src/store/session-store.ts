import type { Account } from './person.ts'
import type { TokenScope } from './token-store.ts'

/** Logins. A session is alive until it is ended or expires. */
export interface SessionStore {
  /**
   * Opens a session, whose times are whole seconds. An account has at most 100: for one more, the
   * oldest one that is not present ends, or the oldest of all where all are present.
   */
  open(account: number, ttlMs: number): Promise<Session>

  /** Undefined where the session is not alive. */
  find(id: number): Promise<Session | undefined>

  /** The sessions that are alive and expire last. */
  newest(limit: number): Promise<readonly Session[]>

  /** Ends a session and its presence. @returns false where it was no longer alive */
  end(id: number): Promise<boolean>
}

/** One login, whose token dies with it; or a token for programs. */
export interface Session {
  id: number
  account: Account
  createdAt: number
  expiresAt: number
  /** Of the session that a token for programs is; undefined for that of a login. */
  token?: SessionToken
}

interface SessionToken {
  /** SHA-256 of the token in hex. */
  hash: string
  scopes: readonly TokenScope[]
}
