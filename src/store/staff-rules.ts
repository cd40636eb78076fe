import { type Person, type Role, roles } from './person.ts'

import type { Restriction, RestrictionTerms, StaffCommand } from './staff-store.ts'

/**
 * Who may do what to other people's accounts. Both stores read the facts and write the change with its
 * record, each in a transaction that holds the log's lock; what follows from the facts is decided here alone.
 */

/** What a decision needs to know, as it is in the transaction. */
export interface StaffFacts {
  caller: StaffCaller
  /** False where the call needs a fresh proof of who calls, and there is none any more. */
  isProven: boolean
  /** The account under the command's `user`. */
  target: StaffTarget | undefined
  /** Admins besides the target who can act: open, not banned and no bots. */
  otherAdmins: number
  /** Of `create-user`: an account has the key or one of the skeletons. */
  nameIsTaken: boolean
}

export interface StaffCaller {
  /** Null: the console, which acts as an admin. */
  account: Person | null
  role: Role
}

/** Restrictions that have expired are none. */
export interface StaffTarget extends Person {
  role: Role
  bot: boolean
  closed: boolean
  ban: Restriction | undefined
  mute: Restriction | undefined
}

export type StaffRefusal =
  | 'session-ended'
  | 'needs-moderator'
  | 'needs-admin'
  | 'not-proven'
  | 'unknown-user'
  /** The role of the other one is not lower than the caller's. */
  | 'not-outranked'
  /** Only admins act on bots. */
  | 'target-is-bot'
  /** A bot stays a member, and nobody logs in as one. */
  | 'not-for-bots'
  | 'account-closed'
  /** Of `issue-setup`: a ban voids the code. */
  | 'target-banned'
  /** A moderator does not change what a higher role set. */
  | 'set-by-higher-role'
  | 'last-admin'
  | 'username-taken'

/** `change` is false where it is so already: then nothing is written, and the call is done. */
export type StaffDecision = { change: boolean } | { refusal: StaffRefusal }

const leastRoles: Readonly<Record<StaffCommand['kind'], 'moderator' | 'admin'>> = {
  'set-role': 'admin',
  ban: 'moderator',
  unban: 'moderator',
  mute: 'moderator',
  unmute: 'moderator',
  'create-user': 'admin',
  'issue-setup': 'admin',
}

/** The order of refusals: the caller's role, their proof, and then what is so of the target. */
export function decideStaff(command: StaffCommand, facts: StaffFacts): StaffDecision {
  const { caller, target } = facts
  const leastRole = leastRoles[command.kind]
  if (!hasRole(caller, leastRole)) return { refusal: `needs-${leastRole}` }
  if (!facts.isProven) return { refusal: 'not-proven' }
  if (command.kind === 'create-user')
    return facts.nameIsTaken ? { refusal: 'username-taken' } : { change: true }
  if (target === undefined) return { refusal: 'unknown-user' }
  const refusal = refusalByRank(caller, target)
  if (refusal !== undefined) return { refusal }
  if (command.kind === 'set-role') return decideRole(command.role, target, facts)
  if (command.kind === 'issue-setup') return decideSetup(caller, target)
  if (command.kind === 'unban') return decideLift(caller, target.ban)
  if (command.kind === 'unmute') return decideLift(caller, target.mute)
  if (target.closed) return { refusal: 'account-closed' }
  if (command.kind === 'mute') return decideRestriction(command, caller, target.mute)
  return isLastAdmin(target, facts)
    ? { refusal: 'last-admin' }
    : decideRestriction(command, caller, target.ban)
}

/** Whether someone has at least this role. */
export function hasRole({ role }: { role: Role }, least: Role): boolean {
  return rankOf(role) >= rankOf(least)
}

function rankOf(role: Role): number {
  return roles.indexOf(role)
}

function refusalByRank(caller: StaffCaller, target: StaffTarget): StaffRefusal | undefined {
  if (hasRole(caller, 'admin')) return undefined
  if (target.bot) return 'target-is-bot'
  return hasRole(target, caller.role) ? 'not-outranked' : undefined
}

function decideRole(role: Role, target: StaffTarget, facts: StaffFacts): StaffDecision {
  if (target.closed) return { refusal: 'account-closed' }
  if (target.role === role) return { change: false }
  if (target.bot) return { refusal: 'not-for-bots' }
  return isLastAdmin(target, facts) ? { refusal: 'last-admin' } : { change: true }
}

/** Without an admin who can act, nobody but the console could make one. */
function isLastAdmin({ role, bot, closed, ban }: StaffTarget, { otherAdmins }: StaffFacts) {
  const canAct = role === 'admin' && !bot && !closed && ban === undefined
  return canAct && otherAdmins === 0
}

/** Who has the code becomes the person, so it is for lower roles alone; the console is the machine's owner. */
function decideSetup(caller: StaffCaller, target: StaffTarget): StaffDecision {
  if (caller.account !== null && hasRole(target, caller.role)) return { refusal: 'not-outranked' }
  if (target.bot) return { refusal: 'not-for-bots' }
  if (target.closed) return { refusal: 'account-closed' }
  return target.ban === undefined ? { change: true } : { refusal: 'target-banned' }
}

/** The same terms by a higher role are a change: from then on only that role lifts it. */
function decideRestriction(
  terms: RestrictionTerms,
  caller: StaffCaller,
  current: Restriction | undefined,
): StaffDecision {
  if (current === undefined) return { change: true }
  const isSame = terms.reason === current.reason && terms.until === current.until
  if (isSame) return { change: rankOf(caller.role) > rankOf(current.byRole) }
  return hasRole(caller, current.byRole) ? { change: true } : { refusal: 'set-by-higher-role' }
}

function decideLift(caller: StaffCaller, current: Restriction | undefined): StaffDecision {
  if (current === undefined) return { change: false }
  return hasRole(caller, current.byRole) ? { change: true } : { refusal: 'set-by-higher-role' }
}
