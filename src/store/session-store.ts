import type { SessionCaller } from './caller.ts'
import type { Account } from './person.ts'
import type { TokenScope } from './token-store.ts'

/** Logins. A session is alive until it is ended or expires. */
export interface SessionStore {
  /**
   * Opens a session, whose times are whole seconds. An account has at most 100: for one more, of those
   * that are not present the one ends that was used longest ago, or of all where all are present.
   *
   * @param client where it is opened from, for the list of the account's sessions
   * @returns `banned` where the account is, in the same transaction
   */
  open(account: number, ttlMs: number, client?: SessionClient): Promise<Session | 'banned'>

  /** As `open`, if the password that was verified is still the account's: it is judged in the transaction. */
  openWithPassword(
    account: number,
    verifiedHash: string,
    ttlMs: number,
    client?: SessionClient,
  ): Promise<Session | 'password-changed' | 'banned'>

  /** Undefined where the session is not alive. */
  find(id: number): Promise<Session | undefined>

  /** The sessions that are alive and expire last. */
  newest(limit: number): Promise<readonly Session[]>

  /** Those of an account that are alive, the one that was used last first. */
  ofAccount(account: number): Promise<readonly SessionDetails[]>

  /** Ends a session and its presence. @returns false where it was no longer alive */
  end(id: number): Promise<boolean>

  /**
   * Ends sessions of the caller's own account: one, or all but the caller's. It is judged in the transaction
   * of the log whether the caller's session is alive.
   *
   * @returns the ids of those that were alive
   */
  endOwn(
    caller: SessionCaller,
    which: number | 'others',
  ): Promise<readonly number[] | 'session-ended'>

  /**
   * Lets a session live for `ttlMs` from now, at most for `maxMs` from its login, and never shorter than it
   * would. Undefined where it is not alive.
   */
  renew(id: number, ttlMs: number, maxMs: number): Promise<Session | undefined>

  /** Notes when sessions were used. What is older than what is known of a session changes nothing. */
  noteUse(uses: readonly SessionUse[]): Promise<void>
}

/** Where a session was opened from, as far as it is known. */
export interface SessionClient {
  /** An IP address. */
  address?: string
  userAgent?: string
}

/** A session as its person is shown it. Times are Unix milliseconds. */
export interface SessionDetails extends SessionClient {
  id: number
  createdAt: number
  expiresAt: number
  /** When it was used last, some minutes exactly. */
  lastSeenAt: number
}

/** A session that goes on longer than it would have. */
export interface RenewedSession {
  session: number
  /** Unix milliseconds. */
  expiresAt: number
}

export interface SessionUse {
  session: number
  /** Unix milliseconds. */
  at: number
}

/** One login, whose token dies with it; or a token for programs. */
export interface Session {
  id: number
  account: Account
  createdAt: number
  expiresAt: number
  /**
   * What the tokens of the session carry, so that they fit no other: after a backup was restored, an id may
   * be given out again. Of a session that 0.1 made, its first expiry in seconds, which its tokens carry.
   */
  nonce: string
  /** Of the session that a token for programs is; undefined for that of a login. */
  token?: SessionToken
}

interface SessionToken {
  /** SHA-256 of the token in hex. */
  hash: string
  scopes: readonly TokenScope[]
}
