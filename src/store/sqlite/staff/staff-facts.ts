import type { Caller } from '../../caller.ts'
import { type FreshProof, isFresh } from '../../fresh-proof.ts'
import type { Role } from '../../person.ts'
import { type AccountRow, accountColumns, toAccount } from '../../rows.ts'
import type { StaffCaller, StaffFacts, StaffTarget } from '../../staff-rules.ts'
import type { StaffCommand } from '../../staff-store.ts'
import { actingRole } from '../../token-rows.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { Restrictions } from './restrictions.ts'

type CallerRow = {
  id: number
  username: string
  role: Role
  scopes: string | null
  loginAt: number
  passwordHash: string
}

interface FoundCaller {
  caller: StaffCaller
  isProven: boolean
}

/** The console, which acts as an admin. */
const atConsole: FoundCaller = { caller: { account: null, role: 'admin' }, isProven: true }

/** Reads what `decideStaff` needs to know. */
export class StaffFactQueries {
  readonly #accounts
  readonly #bans
  readonly #mutes
  readonly #caller
  readonly #byKey
  readonly #byId
  readonly #admins

  constructor(connection: Connection) {
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#bans = new Restrictions(connection, 'bans')
    this.#mutes = new Restrictions(connection, 'mutes')
    // A session that another app opened has a member's rights. A token is no login, however new it is.
    this.#caller = connection.prepare<[number, number], CallerRow>(
      `SELECT accounts.id, username, iif(opened_by IS NULL, role, 'member') AS role,
              token_scopes AS scopes, iif(token_scopes IS NULL, sessions.created_at, 0) AS loginAt,
              password_hash AS passwordHash
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
       WHERE sessions.id = (SELECT ?) AND expires_at > ?`,
    )
    const account = `SELECT ${accountColumns('accounts')} FROM accounts`
    this.#byKey = connection.prepare<[string], AccountRow>(`${account} WHERE key = ?`)
    this.#byId = connection.prepare<[number], AccountRow>(`${account} WHERE id = ?`)
    this.#admins = connection
      .prepare<{ except: number; now: number }, number>(
        `SELECT count(*) FROM accounts INDEXED BY accounts_staff
         WHERE role = 'admin' AND role <> 'member' AND bot = 0 AND closed_at IS NULL
           AND id <> :except
           AND NOT EXISTS (SELECT 1 FROM bans WHERE account_id = accounts.id
                           AND (until IS NULL OR until > :now))`,
      )
      .pluck()
  }

  /** Undefined where the session has ended. */
  findCaller(caller: Caller, proof: FreshProof | null, now: number): FoundCaller | undefined {
    if (caller.kind === 'console') return atConsole
    const row = this.#caller.get(caller.session, now)
    if (!row) return undefined
    const { id, username, loginAt, passwordHash } = row
    return {
      caller: { account: { id, username }, role: actingRole(row) },
      isProven: proof === null || isFresh(proof, { loginAt, passwordHash, now }),
    }
  }

  of(command: StaffCommand, found: FoundCaller, now: number): StaffFacts {
    if (command.kind === 'create-user') return { ...found, ...this.#factsOfNew(command) }
    const row = this.#byKey.get(command.user)
    return { ...found, ...this.#factsOf(row, now), nameIsTaken: false }
  }

  /** Of an account as who made its setup code finds it. @param maker null: the console */
  ofSetup(account: number, maker: number | null, now: number): StaffFacts {
    const caller = maker === null ? atConsole.caller : this.#makerOf(maker, now)
    const facts = this.#factsOf(this.#byId.get(account), now)
    return { caller, isProven: true, ...facts, nameIsTaken: false }
  }

  /** Admins who can act, besides an account. */
  otherAdmins(except: number, now: number): number {
    return this.#admins.get({ except, now }) as number
  }

  #makerOf(id: number, now: number): StaffCaller {
    const { username, role, closed } = toAccount(this.#byId.get(id) as AccountRow)
    const canAct = closed === undefined && !this.#bans.has(id, now)
    return { account: { id, username }, role: canAct ? role : 'member' }
  }

  #factsOf(row: AccountRow | undefined, now: number) {
    const target = row && this.#target(row, now)
    return { target, otherAdmins: this.otherAdmins(target?.id ?? 0, now) }
  }

  #target(row: AccountRow, now: number): StaffTarget {
    const { id, username, role, bot = false, closed = false } = toAccount(row)
    const [ban, mute] = [this.#bans.find(id, now), this.#mutes.find(id, now)]
    return { id, username, role, bot, closed, ban, mute }
  }

  #factsOfNew({ account }: StaffCommand & { kind: 'create-user' }) {
    const { key, skeletons } = account
    const nameIsTaken =
      this.#byKey.get(key) !== undefined || this.#accounts.skeletonsTaken(skeletons)
    return { target: undefined, otherAdmins: 0, nameIsTaken }
  }
}
