import type { Person } from './person.ts'
import type { Role } from './role.ts'

/** What someone of the staff wants. `user` is the key of a username. */
export type StaffCommand =
  | { kind: 'set-role'; user: string; role: Role }
  | ({ kind: 'ban'; user: string } & RestrictionTerms)
  | ({ kind: 'mute'; user: string } & RestrictionTerms)
  | { kind: 'unban'; user: string }
  | { kind: 'unmute'; user: string }
  /** `setup` is null for a bot, which nobody logs in as. */
  | { kind: 'create-user'; account: NewUser; setup: NewSetupCode | null }
  | { kind: 'issue-setup'; user: string; setup: NewSetupCode }

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
