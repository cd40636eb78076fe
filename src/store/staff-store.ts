import type { Caller } from './caller.ts'
import type { FreshProof } from './fresh-proof.ts'
import type { Account, Person, Role } from './person.ts'
import type { Session, SessionClient } from './session-store.ts'
import type { StaffRefusal } from './staff-rules.ts'

/** What moderators and admins do to accounts. Names of users are given by their keys. */
export interface StaffStore {
  /**
   * Judges a command by `staff-rules.ts` and carries it out with its record, in one transaction under the
   * log's lock. A refusal of someone of the staff is recorded, too.
   *
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  execute(call: StaffCall, command: StaffCommand): Promise<StaffOutcome>

  /** The username of the account of a setup code, if there is such a code. */
  setupUser(hash: string): Promise<string | undefined>

  /**
   * Sets the password of an account with a setup code, ends all its sessions and opens one. A code that is
   * refused changes nothing. It is good once, while who made it could make it.
   *
   * @throws {Unavailable} certainly nothing was stored
   * @throws {OutcomeUnknown} it may have been stored
   */
  useSetupCode(use: SetupCodeUse): Promise<Session | 'unknown-code'>

  /** The role that a caller has now; undefined where their session has ended. The console is an admin. */
  roleOf(caller: Caller): Promise<Role | undefined>

  /** The accounts by their keys, for the staff. */
  list(query: StaffQuery): Promise<{ users: StaffUser[]; more: boolean }>

  /** Undefined where there is none, or it is over. */
  restriction(what: 'ban' | 'mute', account: number): Promise<Restriction | undefined>

  /** Whether there is an admin who can act: open, not banned and no bot. */
  hasAdmin(): Promise<boolean>
}

export interface StaffCall {
  caller: Caller
  /** Null for what needs none. */
  proof: FreshProof | null
  /** Of the client; null: the console. */
  address: string | null
}

/** What someone of the staff wants. `user` is a key. */
export type StaffCommand =
  | { kind: 'set-role'; user: string; role: Role }
  | ({ kind: 'ban'; user: string } & RestrictionTerms)
  | ({ kind: 'mute'; user: string } & RestrictionTerms)
  | { kind: 'unban'; user: string }
  | { kind: 'unmute'; user: string }
  /** `setup` is null for a bot, which nobody logs in as. */
  | { kind: 'create-user'; account: NewUser; setup: NewSetupCode | null }
  | { kind: 'issue-setup'; user: string; setup: NewSetupCode }

export type StaffOutcome =
  | {
      kind: 'done'
      /** As it is now. */
      user: Account
      changed: boolean
      /** Of a new setup code, in Unix ms; null where none was made. */
      setupExpiresAt: number | null
    }
  | { kind: StaffRefusal }

export interface RestrictionTerms {
  reason: string | null
  /** Unix ms; null: until it is lifted. */
  until: number | null
}

/** A ban or a mute. */
export interface Restriction extends RestrictionTerms {
  at: number
  /** Null: the console. */
  by: Person | null
  /** The role of who set it, at that time. */
  byRole: Role
}

/** An account without a password. */
export interface NewUser {
  username: string
  key: string
  skeletons: readonly string[]
  displayName: string | null
  bot: boolean
}

/** With the code someone chooses a new password for an account, once. */
export interface NewSetupCode {
  /** SHA-256 of the code, in hexadecimal. */
  hash: string
  lifetimeMs: number
}

export interface SetupCodeUse {
  hash: string
  /** Of the new password: a PHC string. */
  passwordHash: string
  ttlMs: number
  client: SessionClient
}

export interface StaffQuery {
  /** The beginning of the username's key; null: any. */
  prefix: string | null
  role: Role | null
  /** Null: both who is banned and who is not. */
  banned: boolean | null
  /** A key after which to begin; null: from the first. */
  after: string | null
  limit: number
}

/** What the staff sees of an account. */
export interface StaffUser {
  account: Account
  /** Unix ms; null where no session of theirs is known to have been used. */
  lastSeenAt: number | null
  ban: Restriction | null
  mute: Restriction | null
  /** How many sessions are alive. */
  sessions: number
}
