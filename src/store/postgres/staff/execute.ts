import { type NewAuditRecord, recordOf } from '../../audit-store.ts'
import { type AccountRow, accountColumns, toAccount } from '../../rows.ts'
import { decideStaff, hasRole, type StaffCaller } from '../../staff-rules.ts'
import type {
  NewSetupCode,
  NewUser,
  RestrictionTerms,
  StaffCall,
  StaffCommand,
  StaffOutcome,
} from '../../staff-store.ts'
import { lockClass, locks } from '../advisory-locks.ts'
import type { Sql } from '../connection.ts'
import { decideInLog } from '../log/decide-in-log.ts'
import type { Pool } from '../pool.ts'
import { type StaffFactsRow, selectStaffFacts, toStaffFacts } from './staff-facts.ts'

/** Judges a command and carries it out: see `decideInLog`. */
export function executeStaffCommand(
  pool: Pool,
  call: StaffCall,
  command: StaffCommand,
): Promise<StaffOutcome> {
  return decideInLog(pool, {
    // Nobody registers meanwhile, and no names are rebuilt.
    before: (sql) =>
      command.kind === 'create-user'
        ? sql`SELECT set_config('lock_timeout', '2s', true),
            pg_advisory_xact_lock(${lockClass}, ${locks.nameForms})`
        : undefined,
    facts: (sql) => selectStaffFacts(sql, call.caller, command),
    decide: (sql, [row]) => decideAndWrite(sql, call, command, row as StaffFactsRow),
  })
}

async function decideAndWrite(
  sql: Sql,
  { caller: given, proof, address }: StaffCall,
  command: StaffCommand,
  row: StaffFactsRow,
): Promise<StaffOutcome> {
  const facts = toStaffFacts(row, given, proof)
  if (facts === undefined) return rollback(sql, { kind: 'session-ended' })
  const decision = decideStaff(command, facts)
  if ('refusal' in decision) {
    const outcome = { kind: decision.refusal } as const
    if (!hasRole(facts.caller, 'moderator')) return rollback(sql, outcome)
    await Promise.all([
      insertRecord(sql, recordOf(command, facts, address, decision.refusal)),
      sql.unsafe('COMMIT'),
    ])
    return outcome
  }
  const { change: changed } = decision
  const target = facts.target?.id ?? (await createUser(sql, command))
  const [written, , [user]] = await Promise.all([
    changed ? write(sql, command, target, facts.caller) : null,
    changed ? insertRecord(sql, { ...recordOf(command, facts, address), target }) : null,
    sql.unsafe<AccountRow[]>(accountQuery, [target], { prepare: true }),
    sql.unsafe('COMMIT'),
  ])
  return {
    kind: 'done',
    user: toAccount(user as AccountRow),
    changed,
    setupExpiresAt: written?.[0]?.expiresAt ?? null,
  }
}

const accountQuery = `SELECT ${accountColumns('accounts')} FROM accounts WHERE id = $1::bigint`

async function rollback(sql: Sql, outcome: StaffOutcome): Promise<StaffOutcome> {
  await sql.unsafe('ROLLBACK')
  return outcome
}

/** Of a command without a target: its new account. */
async function createUser(sql: Sql, command: StaffCommand): Promise<number> {
  const { username, key, skeletons, displayName, bot } = (command as { account: NewUser }).account
  const [row] = await sql<{ id: number }[]>`
    SELECT id FROM obrol_register(${username}, ${key}, '', ${sql.json(skeletons)})`
  const { id } = row as { id: number }
  await sql`UPDATE accounts SET display_name = ${displayName}, bot = ${bot} WHERE id = ${id}`
  return id
}

type Written = PromiseLike<readonly { expiresAt: number | null }[]>

/** @returns when a new setup code expires */
function write(
  sql: Sql,
  command: StaffCommand,
  target: number,
  { account, role }: StaffCaller,
): Written {
  const by = { id: account?.id ?? null, role }
  switch (command.kind) {
    case 'set-role':
      return none(
        Promise.all([
          sql`UPDATE accounts SET role = ${command.role} WHERE id = ${target}`,
          sql`SELECT obrol_tell('user-updated', ${target}, NULL, NULL, NULL)`,
        ]),
      )
    case 'ban':
      return none(
        Promise.all([
          restrict(sql, 'bans', target, command, by),
          sql`SELECT obrol_end_sessions(${target}, 'banned')`,
        ]),
      )
    case 'mute':
      return none(restrict(sql, 'mutes', target, command, by))
    case 'unban':
      return none(sql`DELETE FROM bans WHERE account_id = ${target}`)
    case 'unmute':
      return none(sql`DELETE FROM mutes WHERE account_id = ${target}`)
    default:
      return command.setup === null ? none(undefined) : issue(sql, target, command.setup, by.id)
  }
}

async function none(written: PromiseLike<unknown> | undefined): Promise<[]> {
  await written
  return []
}

function restrict(
  sql: Sql,
  table: 'bans' | 'mutes',
  target: number,
  { reason, until }: RestrictionTerms,
  by: { id: number | null; role: string },
) {
  return sql`
    INSERT INTO ${sql(table)} (account_id, reason, until, at, by_id, by_role)
    VALUES (${target}, ${reason}, ${until}, obrol_now(), ${by.id}, ${by.role})
    ON CONFLICT (account_id) DO UPDATE SET
      reason = excluded.reason, until = excluded.until, at = excluded.at,
      by_id = excluded.by_id, by_role = excluded.by_role`
}

function issue(sql: Sql, target: number, { hash, lifetimeMs }: NewSetupCode, by: number | null) {
  return sql<{ expiresAt: number }[]>`
    INSERT INTO setup_codes (account_id, hash, made_by, expires_at)
    VALUES (${target}, ${hash}, ${by}, obrol_now() + ${lifetimeMs}::bigint)
    ON CONFLICT (account_id) DO UPDATE SET
      hash = excluded.hash, made_by = excluded.made_by, expires_at = excluded.expires_at
    RETURNING expires_at AS "expiresAt"`
}

/** Must be called in the transaction of what it tells of. */
export function insertRecord(
  sql: Sql,
  { by, via, action, target, detail, address }: NewAuditRecord,
) {
  return sql`
    INSERT INTO audit (at, by_id, via, action, target_id, detail, address)
    VALUES (obrol_now(), ${by}, ${via}, ${action}, ${target},
      ${detail && JSON.stringify(detail)}, ${address})`
}
