import type { AuditQuery, AuditRecord, AuditStore } from '../../audit-store.ts'
import type { Caller } from '../../caller.ts'
import type { Role } from '../../person.ts'
import { type AccountRow, accountColumns, toAccount } from '../../rows.ts'
import {
  type AuditRow,
  type RestrictionRow,
  toAuditRecord,
  toRestriction,
} from '../../staff-rows.ts'
import type { StaffQuery, StaffStore, StaffUser } from '../../staff-store.ts'
import { actingRole } from '../../token-rows.ts'
import type { ChangePoller } from '../change-poller.ts'
import type { Sql } from '../connection.ts'
import type { Pool } from '../pool.ts'
import { executeStaffCommand } from './execute.ts'
import { findRestriction, restrictionJson } from './restrictions.ts'
import { countAdmins } from './staff-facts.ts'
import { useSetupCode } from './use-setup-code.ts'

interface Parts {
  pool: Pool
  /** For commands, each of which waits for the log's lock. */
  commandPool: Pool
  poller: ChangePoller
}

export function openStaffStore({ pool, commandPool, poller }: Parts): StaffStore {
  return {
    execute: async (call, command) => {
      const outcome = await executeStaffCommand(commandPool, call, command)
      if (outcome.kind === 'done' && outcome.changed) await poller.pollAfterWrite()
      return outcome
    },
    useSetupCode: async (use) => {
      const session = await useSetupCode(commandPool, use)
      if (session !== 'unknown-code') await poller.pollAfterWrite()
      return session
    },
    setupUser: async (hash) => {
      const [row] = await pool.read(
        (sql) => sql<{ username: string }[]>`
          SELECT username FROM (
            SELECT account_id FROM setup_codes
            WHERE hash = ${hash} AND expires_at > obrol_now() LIMIT 1
          ) AS code CROSS JOIN LATERAL (
            SELECT username FROM accounts WHERE accounts.id = code.account_id LIMIT 1
          ) AS account`,
      )
      return row?.username
    },
    roleOf: (caller) => roleOf(pool, caller),
    list: (query) => listUsers(pool, query),
    restriction: (what, account) => findRestriction(pool, what, account),
    hasAdmin: async () => {
      const [row] = await pool.read((sql) =>
        sql.unsafe<{ admins: number }[]>(`SELECT ${countAdmins('NULL')} AS admins`, []),
      )
      return (row as { admins: number }).admins > 0
    },
  }
}

export function openAuditStore(pool: Pool): AuditStore {
  return { list: (query) => listAudit(pool, query) }
}

async function roleOf(pool: Pool, caller: Caller): Promise<Role | undefined> {
  if (caller.kind === 'console') return 'admin'
  const [row] = await pool.read(
    (sql) => sql<{ role: Role; scopes: string | null }[]>`
      SELECT CASE WHEN opened_by IS NULL THEN role ELSE 'member' END AS role, token_scopes AS scopes
      FROM (
        SELECT * FROM sessions WHERE id = ${caller.session} AND expires_at > obrol_now() LIMIT 1
      ) AS session CROSS JOIN LATERAL (
        SELECT role FROM accounts WHERE accounts.id = session.account_id LIMIT 1
      ) AS account`,
  )
  return row && actingRole(row)
}

type UserRow = AccountRow & {
  lastSeenAt: number | null
  sessions: number
  ban: RestrictionRow | null
  mute: RestrictionRow | null
}

async function listUsers(pool: Pool, query: StaffQuery) {
  const { limit } = query
  const rows = await pool.read((sql) => selectUsers(sql, query))
  return { users: rows.slice(0, limit).map(toUser), more: rows.length > limit }
}

/** Each list begins with the fewest: where few are banned, or of the staff, not everyone is looked at. */
function selectUsers(sql: Sql, { prefix, role, banned, after, limit }: StaffQuery) {
  const isBanned = '(bans.until IS NULL OR bans.until > obrol_now())'
  const source = banned
    ? `bans CROSS JOIN LATERAL (
         SELECT * FROM accounts WHERE accounts.id = bans.account_id LIMIT 1) AS accounts
       WHERE ${isBanned}`
    : `accounts WHERE ${role === null || role === 'member' ? 'true' : "role = $4 AND role <> 'member'"}`
  return sql.unsafe<UserRow[]>(
    `SELECT ${accountColumns('accounts')},
       (SELECT max(coalesce(last_seen_at, created_at)) FROM sessions
        WHERE account_id = accounts.id) AS "lastSeenAt",
       (SELECT count(*) FROM sessions
        WHERE account_id = accounts.id AND expires_at > obrol_now()) AS sessions,
       ${restrictionJson('ban', 'accounts.id')} AS ban,
       ${restrictionJson('mute', 'accounts.id')} AS mute
     FROM ${source}
       AND accounts.key >= $1 AND accounts.key < $2 AND accounts.key > $3
       AND ($4::text IS NULL OR role = $4)
       AND ($5::boolean IS NOT false OR NOT EXISTS (
         SELECT FROM bans WHERE bans.account_id = accounts.id AND ${isBanned}))
     ORDER BY accounts.key LIMIT $6`,
    [prefix ?? '', `${prefix ?? ''}${highest}`, after ?? '', role, banned, limit + 1],
    { prepare: true },
  )
}

/** No key has it: names are of letters, marks and digits. */
const highest = '\u{10FFFF}'

function toUser(row: UserRow): StaffUser {
  const { lastSeenAt, sessions, ban, mute } = row
  return {
    account: toAccount(row),
    lastSeenAt,
    ban: ban && toRestriction(ban),
    mute: mute && toRestriction(mute),
    sessions,
  }
}

async function listAudit(
  pool: Pool,
  { before, limit, by, action }: AuditQuery,
): Promise<{ records: AuditRecord[]; more: boolean }> {
  const rows = await pool.read(
    (sql) => sql<AuditRow[]>`
      SELECT audit.id, at, by_id AS "byId",
        (SELECT username FROM accounts WHERE accounts.id = by_id LIMIT 1) AS "byName", via, action,
        target_id AS "targetId",
        (SELECT username FROM accounts WHERE accounts.id = target_id LIMIT 1) AS "targetName",
        detail, address
      FROM audit
      WHERE audit.id < ${before ?? Number.MAX_SAFE_INTEGER}
        ${by === null ? sql`` : by === 'console' ? sql`AND by_id IS NULL` : sql`AND by_id = ${by}`}
        ${action === null ? sql`` : sql`AND action = ${action}`}
      ORDER BY audit.id DESC LIMIT ${limit + 1}`,
  )
  return { records: rows.slice(0, limit).map(toAuditRecord), more: rows.length > limit }
}
