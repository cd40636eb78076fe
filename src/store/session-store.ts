import type { Account } from './person.ts'

/** Logins. A session is alive until it is ended or expires. */
export interface SessionStore {
  /**
   * Opens a session, whose times are whole seconds. An account has at most 100: for one more, the
   * oldest one that is not present ends, or the oldest of all where all are present.
   *
   * @returns `banned` where the account is, in the same transaction
   */
  open(account: number, ttlMs: number): Promise<Session | 'banned'>

  /** Undefined where the session is not alive. */
  find(id: number): Promise<Session | undefined>

  /** The sessions that are alive and expire last. */
  newest(limit: number): Promise<readonly Session[]>

  /** Ends a session and its presence. @returns false where it was no longer alive */
  end(id: number): Promise<boolean>
}

/** One login; its token dies with it. */
export interface Session {
  id: number
  account: Account
  createdAt: number
  expiresAt: number
}
