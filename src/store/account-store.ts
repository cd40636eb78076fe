import type { SessionCaller } from './caller.ts'
import type { Account } from './person.ts'
import type { Session, SessionClient } from './session-store.ts'

/** Who has registered. */
export interface AccountStore {
  /** Creates an account and its first session in one transaction. */
  register(account: NewAccount, ttlMs: number, client?: SessionClient): Promise<Session | 'taken'>

  /** Whether an account has one of these skeletons. */
  skeletonsTaken(skeletons: readonly string[]): Promise<boolean>

  /** The account of a username key, with its password hash. */
  credentials(key: string): Promise<Credentials | undefined>

  /** The accounts of username keys, in the order of the keys. Unknown ones are left out. */
  byKeys(keys: readonly string[]): Promise<Account[]>

  /**
   * Open accounts whose username key begins with `key`, in the order of the keys, and then those whose folded
   * display name begins with `displayKey`, in the order of these. An empty key finds nobody.
   */
  search(prefix: { key: string; displayKey: string }, limit: number): Promise<Account[]>

  /** Empty where the account has no password, or there is no such account. */
  passwordHash(account: number): Promise<string>

  /**
   * Changes the password of the caller's account, and ends its other sessions, under the log's lock. It is
   * judged in the transaction whether the caller's session is alive, and the old password still the account's.
   *
   * @returns the ids of the sessions that were ended
   */
  changePassword(
    caller: SessionCaller,
    change: PasswordChange,
  ): Promise<readonly number[] | 'session-ended' | 'password-changed'>

  /**
   * Gives the caller's account another display name, in one transaction with the judgement. The same one again
   * is done at any time, and changes nothing.
   */
  setDisplayName(caller: SessionCaller, change: DisplayNameChange): Promise<DisplayNameOutcome>
}

/** Both are PHC strings. */
export interface PasswordChange {
  /** The hash that the old password was verified against. */
  verifiedHash: string
  /** Of the new password. */
  passwordHash: string
}

/** The account as it is now, or why its display name is as it was. */
export type DisplayNameOutcome =
  | Account
  | 'session-ended'
  | 'muted'
  | 'looks-like-another'
  | 'too-soon'

export interface DisplayNameChange {
  /** Null takes it away. */
  displayName: string | null
  /** The display name folded like a username; null without one. */
  displayKey: string | null
  /** Of the display name: none may be that of another's username. */
  skeletons: readonly string[]
  /** The shortest time since the last change. */
  minIntervalMs: number
}

export interface NewAccount {
  username: string
  /** The folded form that is unique; see names/name-forms.ts. */
  key: string
  /** Look-alike names have a skeleton in common: one or two, each unique among all accounts. */
  skeletons: readonly string[]
  /** A PHC string. */
  passwordHash: string
}

export interface Credentials {
  account: Account
  passwordHash: string
}
