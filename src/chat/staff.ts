import { usernameKey } from '../names/name-forms.ts'
import type { AuditAction, AuditRecord } from '../store/audit-store.ts'
import type { Caller } from '../store/caller.ts'
import type { FreshProof } from '../store/fresh-proof.ts'
import type { Account, Role } from '../store/person.ts'
import type { Session } from '../store/session-store.ts'
import { hasRole } from '../store/staff-rules.ts'
import type { StaffCommand, StaffOutcome, StaffUser } from '../store/staff-store.ts'
import type { Store } from '../store/store.ts'
import { findCredentials, findStoredKey } from './accounts.ts'
import { FreshProofs, type ProofClient } from './fresh-proof.ts'
import type { Passwords } from './passwords.ts'
import { Problem } from './problems.ts'
import {
  type NewUserInput,
  newSetupCode,
  parseNewUser,
  parseRestriction,
  type RestrictionInput,
} from './staff-input.ts'
import { staffProblem } from './staff-problems.ts'
import { mapStoreErrors } from './store-problems.ts'
import { isReserved } from './usernames.ts'

/** Who calls: someone of the staff, or the console. */
export interface StaffMember {
  /** Null: the console. */
  session: Session | null
  /** Of the client; null: the console. */
  address: string | null
}

/** The password that a call was sent with, if any, and where it comes from. */
export interface ProofInput {
  password: string | undefined
  client: ProofClient
}

/** What was done to an account. */
export interface StaffDone {
  user: Account
  /** False where it was so already. */
  changed: boolean
}

/** A code that is told this once. Unix ms. */
export interface IssuedSetup {
  code: string
  expiresAt: number
}

/** Names as typed. */
export interface StaffListQuery {
  /** The beginning of a username. */
  q?: string | undefined
  role?: Role | undefined
  banned?: boolean | undefined
  after?: string | undefined
  limit: number
}

export interface AuditListQuery {
  before?: number | undefined
  limit: number
  /** A username, or `console`. */
  by?: string | undefined
  action?: AuditAction | undefined
}

/** No account has it. */
const nobody = 0

/**
 * What moderators, admins and the console do to accounts. `store/staff-rules.ts` says who may.
 *
 * Every method throws a `Problem` `forbidden` where the caller's role is too low, which is told before
 * anything else, and `unauthorized`, `unavailable`; those that write also `outcome-unknown`, and
 * `unknown-person` where nobody is registered under the name.
 */
export class Staff {
  readonly #store: Pick<Store, 'accounts' | 'audit' | 'now' | 'staff'>
  readonly #proofs: FreshProofs

  constructor(store: Pick<Store, 'accounts' | 'audit' | 'now' | 'staff'>, passwords: Passwords) {
    this.#store = store
    this.#proofs = new FreshProofs(store, passwords)
  }

  /** @throws {Problem} also `fresh-login-required`, `wrong-password`, `last-admin`, `account-closed` */
  async setRole(
    by: StaffMember,
    username: string,
    role: Role,
    proof: ProofInput,
  ): Promise<StaffDone> {
    const proven = await this.#prove(by, proof)
    const user = await this.#keyOf(username)
    return this.#execute(by, { kind: 'set-role', user, role }, proven)
  }

  /**
   * Ends all sessions of an account and keeps it from logging in, until it says or the ban is lifted.
   *
   * @throws {Problem} also `invalid-request`, `last-admin`, `account-closed`
   */
  ban(by: StaffMember, username: string, input: RestrictionInput): Promise<StaffDone> {
    return this.#restrict('ban', by, username, input)
  }

  /** Keeps an account from writing. @throws {Problem} also `invalid-request`, `account-closed` */
  mute(by: StaffMember, username: string, input: RestrictionInput): Promise<StaffDone> {
    return this.#restrict('mute', by, username, input)
  }

  async lift(kind: 'unban' | 'unmute', by: StaffMember, username: string): Promise<StaffDone> {
    await this.#require(by, 'moderator')
    return this.#execute(by, { kind, user: await this.#keyOf(username) })
  }

  /** Makes an account: a person's with a setup code. @throws {Problem} also `invalid-request`, `username-taken` */
  async createUser(
    by: StaffMember,
    input: NewUserInput,
  ): Promise<StaffDone & { setup: IssuedSetup | null }> {
    await this.#require(by, 'admin')
    const account = parseNewUser(input)
    if (isReserved(account.username)) throw staffProblem('username-taken')
    const made = account.bot ? null : newSetupCode()
    const command = { kind: 'create-user', account, setup: made?.stored ?? null } as const
    const { user, changed, setupExpiresAt } = await this.#execute(by, command)
    const setup = made && { code: made.code, expiresAt: setupExpiresAt as number }
    return { user, changed, setup }
  }

  /**
   * Makes a code with which someone sets a new password, in place of an earlier one.
   *
   * @throws {Problem} also `fresh-login-required`, `wrong-password`, `account-closed`
   */
  async issueSetup(
    by: StaffMember,
    username: string,
    proof: ProofInput,
  ): Promise<StaffDone & { setup: IssuedSetup }> {
    const proven = await this.#prove(by, proof)
    const { code, stored } = newSetupCode()
    const user = await this.#keyOf(username)
    const done = await this.#execute(by, { kind: 'issue-setup', user, setup: stored }, proven)
    const { setupExpiresAt, ...rest } = done
    return { ...rest, setup: { code, expiresAt: setupExpiresAt as number } }
  }

  /** The accounts by name. `sessions` is for admins alone. */
  async list(
    by: StaffMember,
    { q = '', role, banned, after, limit }: StaffListQuery,
  ): Promise<{ users: StaffUser[]; more: boolean; isAdmin: boolean }> {
    const isAdmin = hasRole({ role: await this.#require(by, 'moderator') }, 'admin')
    const query = {
      prefix: q === '' ? null : usernameKey(q),
      role: role ?? null,
      banned: banned ?? null,
      after: after === undefined ? null : await this.#keyOf(after),
      limit,
    }
    const page = await mapStoreErrors(this.#store.staff.list(query))
    return { ...page, isAdmin }
  }

  /** The newest records first. Moderators see their own alone, without addresses. */
  async audit(
    by: StaffMember,
    { before, limit, by: actor, action }: AuditListQuery,
  ): Promise<{ records: AuditRecord[]; more: boolean }> {
    const isAdmin = hasRole({ role: await this.#require(by, 'moderator') }, 'admin')
    const page = await mapStoreErrors(
      this.#store.audit.list({
        before: before ?? null,
        limit,
        by: await this.#actorOf(by, isAdmin, actor),
        action: action ?? null,
      }),
    )
    if (isAdmin) return page
    return { ...page, records: page.records.map((record) => ({ ...record, address: null })) }
  }

  async #restrict(
    kind: 'ban' | 'mute',
    by: StaffMember,
    username: string,
    input: RestrictionInput,
  ): Promise<StaffDone> {
    await this.#require(by, 'moderator')
    const terms = parseRestriction(input, this.#store.now())
    return this.#execute(by, { kind, user: await this.#keyOf(username), ...terms })
  }

  /** Of an admin: what shows that they themselves call. The role is told before the proof. */
  async #prove(by: StaffMember, { password, client }: ProofInput): Promise<FreshProof> {
    await this.#require(by, 'admin')
    if (by.session === null) return { kind: 'login' }
    return (await this.#proofs.of(by.session, password, client)).proof
  }

  /** The role of the caller. The store judges it again. */
  async #require(by: StaffMember, least: 'moderator' | 'admin'): Promise<Role> {
    const role = await mapStoreErrors(this.#store.staff.roleOf(callerOf(by)))
    if (role === undefined) throw staffProblem('session-ended')
    if (!hasRole({ role }, least)) throw staffProblem(`needs-${least}`)
    return role
  }

  async #execute(
    by: StaffMember,
    command: StaffCommand,
    proof: FreshProof | null = null,
  ): Promise<StaffOutcome & { kind: 'done' }> {
    const call = { caller: callerOf(by), address: by.address, proof }
    const outcome = await mapStoreErrors(this.#store.staff.execute(call, command))
    if (outcome.kind === 'done') return outcome
    throw staffProblem(outcome.kind)
  }

  #keyOf(username: string): string | Promise<string> {
    return findStoredKey(this.#store.accounts, username)
  }

  /** Whose records are asked for. Others' are none of a moderator's. */
  async #actorOf(
    by: StaffMember,
    isAdmin: boolean,
    actor: string | undefined,
  ): Promise<number | 'console' | null> {
    const own = by.session?.account.id ?? nobody
    if (actor === undefined) return isAdmin ? null : own
    const asked =
      actor === 'console'
        ? actor
        : ((await findCredentials(this.#store.accounts, actor))?.account.id ?? nobody)
    if (isAdmin || asked === own) return asked
    throw new Problem('forbidden', 'Moderators see their own records alone.')
  }
}

function callerOf({ session }: StaffMember): Caller {
  return session === null ? { kind: 'console' } : { kind: 'session', session: session.id }
}
