import type { Caller } from '../../caller.ts'
import { type FreshProof, isFresh } from '../../fresh-proof.ts'
import type { Role } from '../../person.ts'
import { type RestrictionRow, toRestriction } from '../../staff-rows.ts'
import type { StaffCaller, StaffFacts, StaffTarget } from '../../staff-rules.ts'
import type { Restriction, StaffCommand } from '../../staff-store.ts'
import { actingRole } from '../../token-rows.ts'
import type { Sql } from '../connection.ts'
import { restrictionJson } from './restrictions.ts'

type CallerRow = {
  id: number
  username: string
  role: Role
  scopes: string | null
  loginAt: number
  passwordHash: string
}

type TargetRow = Omit<StaffTarget, 'ban' | 'mute'> & {
  ban: RestrictionRow | null
  mute: RestrictionRow | null
}

export interface StaffFactsRow {
  /** Null where the session has ended, and for the console. */
  caller: CallerRow | null
  target: TargetRow | null
  otherAdmins: number
  nameIsTaken: boolean
  now: number
}

/**
 * The account of the session $1. One that another app opened has a member's rights. A token is no login,
 * however new it is.
 */
const callerJson = `(
  SELECT json_build_object(
    'id', people.id, 'username', username, 'scopes', token_scopes,
    'loginAt', CASE WHEN token_scopes IS NULL THEN session.created_at ELSE 0 END,
    'role', CASE WHEN opened_by IS NULL THEN role ELSE 'member' END,
    'passwordHash', password_hash)
  FROM (
    SELECT * FROM sessions WHERE id = $1::bigint AND expires_at > obrol_now() LIMIT 1
  ) AS session CROSS JOIN LATERAL (
    SELECT * FROM accounts WHERE accounts.id = session.account_id LIMIT 1
  ) AS people)`

/** From `target`. */
const targetJson = `(
  SELECT json_build_object(
    'id', target.id, 'username', username, 'role', role, 'bot', bot,
    'closed', closed_at IS NOT NULL,
    'ban', ${restrictionJson('ban', 'target.id')}, 'mute', ${restrictionJson('mute', 'target.id')})
  FROM target)`

/** Admins who can act. @param except an account, as an expression */
export function countAdmins(except: string): string {
  return `(
    SELECT count(*) FROM accounts
    WHERE role = 'admin' AND role <> 'member' AND NOT bot AND closed_at IS NULL
      AND accounts.id IS DISTINCT FROM ${except}
      AND (
        SELECT true FROM bans
        WHERE account_id = accounts.id AND (until IS NULL OR until > obrol_now()) LIMIT 1) IS NULL)`
}

/**
 * The target's row is locked, so that no session of it is being opened meanwhile. $3 and $4 are the key and
 * the skeletons of a new name.
 *
 * @param target finds it by $2
 */
const factsQuery = (target: string) => `
  WITH target AS MATERIALIZED (
    SELECT * FROM accounts WHERE ${target} LIMIT 1 FOR NO KEY UPDATE
  )
  SELECT ${callerJson} AS caller, ${targetJson} AS target,
    ${countAdmins('(SELECT id FROM target)')} AS "otherAdmins",
    EXISTS (SELECT FROM accounts WHERE key = $3) OR EXISTS (
      SELECT FROM jsonb_array_elements_text($4::text::jsonb) AS wanted
      CROSS JOIN LATERAL (
        SELECT FROM name_skeletons WHERE skeleton = wanted COLLATE "C" LIMIT 1
      ) AS taken
    ) AS "nameIsTaken",
    obrol_now() AS now`

const queries = { byKey: factsQuery('key = $2'), byId: factsQuery('id = $2::bigint') }

export function selectStaffFacts(sql: Sql, caller: Caller, command: StaffCommand) {
  const made = command.kind === 'create-user' ? command.account : undefined
  return sql.unsafe<StaffFactsRow[]>(
    queries.byKey,
    [
      caller.kind === 'session' ? caller.session : null,
      'user' in command ? command.user : null,
      made?.key ?? null,
      JSON.stringify(made?.skeletons ?? []),
    ],
    { prepare: true },
  )
}

/** Of the account of a setup code. */
export function selectSetupFacts(sql: Sql, account: number) {
  return sql.unsafe<StaffFactsRow[]>(queries.byId, [null, account, null, '[]'], { prepare: true })
}

/** The console acts as an admin. */
export const atConsole: StaffCaller = { account: null, role: 'admin' }

/** Undefined where the session has ended. */
export function toStaffFacts(
  row: StaffFactsRow,
  caller: Caller,
  proof: FreshProof | null,
): StaffFacts | undefined {
  const facts = toTargetFacts(row)
  if (caller.kind === 'console') return { ...facts, caller: atConsole, isProven: true }
  if (row.caller === null) return undefined
  const { id, username, loginAt, passwordHash } = row.caller
  return {
    ...facts,
    caller: { account: { id, username }, role: actingRole(row.caller) },
    isProven: proof === null || isFresh(proof, { loginAt, passwordHash, now: row.now }),
  }
}

export function toTargetFacts({ target, otherAdmins, nameIsTaken }: StaffFactsRow) {
  return { target: target === null ? undefined : toTarget(target), otherAdmins, nameIsTaken }
}

function toTarget(row: TargetRow): StaffTarget {
  return { ...row, ban: restrictionOf(row.ban), mute: restrictionOf(row.mute) }
}

function restrictionOf(row: RestrictionRow | null): Restriction | undefined {
  return row === null ? undefined : toRestriction(row)
}
