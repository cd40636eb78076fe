import { recordOf } from '../../audit-store.ts'
import type { Account, Role } from '../../person.ts'
import { type AccountRow, accountColumns, toAccount } from '../../rows.ts'
import { decideStaff, hasRole, type StaffCaller, type StaffFacts } from '../../staff-rules.ts'
import type {
  NewUser,
  SetupCodeUse,
  StaffCall,
  StaffCommand,
  StaffOutcome,
} from '../../staff-store.ts'
import { AccountQueries } from '../accounts.ts'
import type { Connection } from '../connection.ts'
import { ReadMarkers } from '../conversations/read-markers.ts'
import { EVERYONE } from '../log/audiences.ts'
import { LogBoundsQuery } from '../log/bounds.ts'
import { queriesOf } from '../queries-of.ts'
import { AuditQueries } from './audit.ts'
import { Restrictions } from './restrictions.ts'
import { SetupCodes } from './setup-codes.ts'
import { StaffFactQueries } from './staff-facts.ts'

interface Executed {
  outcome: StaffOutcome
  /** The account whose sessions are to end, or that is another now. */
  affected?: { account: Account; by: 'ban' | 'set-role' }
}

/** Carries out the commands of the staff. Must be called inside a write transaction. */
export class StaffCommands {
  readonly #facts
  readonly #accounts
  readonly #audit
  readonly #restrictions
  readonly #setupCodes
  readonly #markers
  readonly #bounds
  readonly #account
  readonly #setRole
  readonly #setNew
  readonly #setPassword

  constructor(connection: Connection) {
    this.#facts = queriesOf(StaffFactQueries, connection)
    this.#accounts = queriesOf(AccountQueries, connection)
    this.#audit = queriesOf(AuditQueries, connection)
    this.#restrictions = {
      ban: new Restrictions(connection, 'bans'),
      mute: new Restrictions(connection, 'mutes'),
    }
    this.#setupCodes = queriesOf(SetupCodes, connection)
    this.#markers = queriesOf(ReadMarkers, connection)
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#account = connection.prepare<[number], AccountRow>(
      `SELECT ${accountColumns('accounts')} FROM accounts WHERE id = ?`,
    )
    this.#setRole = connection.prepare<[Role, number]>('UPDATE accounts SET role = ? WHERE id = ?')
    this.#setNew = connection.prepare<[string | null, 0 | 1, number]>(
      'UPDATE accounts SET display_name = ?, bot = ? WHERE id = ?',
    )
    this.#setPassword = connection.prepare<[string, number]>(
      'UPDATE accounts SET password_hash = ? WHERE id = ?',
    )
  }

  execute({ caller, proof, address }: StaffCall, command: StaffCommand, now: number): Executed {
    const found = this.#facts.findCaller(caller, proof, now)
    if (!found) return { outcome: { kind: 'session-ended' } }
    const facts = this.#facts.of(command, found, now)
    const decision = decideStaff(command, facts)
    if ('refusal' in decision) {
      if (hasRole(facts.caller, 'moderator'))
        this.#audit.add(recordOf(command, facts, address, decision.refusal), now)
      return { outcome: { kind: decision.refusal } }
    }
    const { change: changed } = decision
    const target = facts.target?.id ?? this.#create(command, now)
    const setupExpiresAt = changed ? this.#write(command, target, facts, now) : null
    if (changed) {
      const record = recordOf(command, facts, address)
      this.#audit.add({ ...record, target }, now)
    }
    const user = toAccount(this.#account.get(target) as AccountRow)
    const outcome: StaffOutcome = { kind: 'done', user, changed, setupExpiresAt }
    const { kind: by } = command
    const affects = changed && (by === 'ban' || by === 'set-role')
    return affects ? { outcome, affected: { account: user, by } } : { outcome }
  }

  /** @returns the account that has the new password; undefined where the code is not good */
  useSetupCode({ hash, passwordHash, client }: SetupCodeUse, now: number): number | undefined {
    const code = this.#setupCodes.find(hash, now)
    if (!code) return undefined
    const { account, madeBy } = code
    const command: StaffCommand = { kind: 'issue-setup', user: '', setup: { hash, lifetimeMs: 0 } }
    const decision = decideStaff(command, this.#facts.ofSetup(account, madeBy, now))
    if ('refusal' in decision) return undefined
    this.#setPassword.run(passwordHash, account)
    const record = {
      by: account,
      via: 'setup-code',
      action: 'setup-used',
      target: account,
    } as const
    this.#audit.add({ ...record, detail: null, address: client.address ?? null }, now)
    return account
  }

  /** Of a command without a target: its new account. */
  #create(command: StaffCommand, now: number): number {
    const { account } = command as StaffCommand & { kind: 'create-user' }
    const { id } = this.#accounts.create({ ...account, passwordHash: '' }, now) as { id: number }
    this.#markers.move(id, EVERYONE, this.#bounds.read().head)
    this.#describe(id, account)
    return id
  }

  #describe(id: number, { displayName, bot }: NewUser): void {
    this.#setNew.run(displayName, bot ? 1 : 0, id)
  }

  /** @returns when a new setup code expires */
  #write(
    command: StaffCommand,
    target: number,
    { caller }: Pick<StaffFacts, 'caller'>,
    now: number,
  ): number | null {
    const restrictions = this.#restrictions
    if (command.kind === 'set-role') this.#setRole.run(command.role, target)
    else if (command.kind === 'ban') restrictions.ban.set(target, command, caller, now)
    else if (command.kind === 'mute') restrictions.mute.set(target, command, caller, now)
    else if (command.kind === 'unban') restrictions.ban.lift(target)
    else if (command.kind === 'unmute') restrictions.mute.lift(target)
    else if (command.setup !== null) return this.#issue(command.setup, target, caller, now)
    return null
  }

  #issue(
    setup: { hash: string; lifetimeMs: number },
    account: number,
    caller: StaffCaller,
    now: number,
  ): number {
    return this.#setupCodes.set({ account, madeBy: caller.account?.id ?? null }, setup, now)
  }
}
