import type { Role } from '../../person.ts'
import { toSession } from '../../rows.ts'
import type { Session } from '../../session-store.ts'
import { decideStaff, type StaffCaller } from '../../staff-rules.ts'
import type { SetupCodeUse, StaffCommand } from '../../staff-store.ts'
import type { Sql } from '../connection.ts'
import { decideInLog } from '../log/decide-in-log.ts'
import type { Pool } from '../pool.ts'
import { insertSession } from '../sessions.ts'
import { insertRecord } from './execute.ts'
import { atConsole, type StaffFactsRow, selectSetupFacts, toTargetFacts } from './staff-facts.ts'

/** `maker` is null for the console. */
interface CodeRow {
  account: number
  maker: { id: number; username: string; role: Role } | null
}

/** Judges a setup code and sets the password: see `decideInLog`. */
export function useSetupCode(pool: Pool, use: SetupCodeUse): Promise<Session | 'unknown-code'> {
  return decideInLog(pool, {
    facts: (sql) => selectCode(sql, use.hash),
    decide: (sql, [code]) => decideAndWrite(sql, code, use),
  })
}

/** A maker who is banned or has gone can do what a member can. */
function selectCode(sql: Sql, hash: string) {
  return sql<CodeRow[]>`
    SELECT account_id AS account, (
      SELECT json_build_object('id', accounts.id, 'username', username, 'role', CASE
        WHEN closed_at IS NULL AND NOT EXISTS (
          SELECT FROM bans
          WHERE bans.account_id = accounts.id AND (until IS NULL OR until > obrol_now())
        ) THEN role ELSE 'member' END)
      FROM accounts WHERE accounts.id = made_by LIMIT 1
    ) AS maker
    FROM setup_codes WHERE hash = ${hash} AND expires_at > obrol_now()`
}

async function decideAndWrite(
  sql: Sql,
  code: CodeRow | undefined,
  { hash, passwordHash, ttlMs, client }: SetupCodeUse,
): Promise<Session | 'unknown-code'> {
  if (code === undefined) return refuse(sql)
  const { account, maker } = code
  const [row] = await selectSetupFacts(sql, account)
  const caller: StaffCaller = maker === null ? atConsole : { account: maker, role: maker.role }
  const command: StaffCommand = { kind: 'issue-setup', user: '', setup: { hash, lifetimeMs: 0 } }
  const facts = { ...toTargetFacts(row as StaffFactsRow), caller, isProven: true }
  if ('refusal' in decideStaff(command, facts)) return refuse(sql)

  const record = { by: account, via: 'setup-code', action: 'setup-used', target: account } as const
  const [, , [session]] = await Promise.all([
    sql`UPDATE accounts SET password_hash = ${passwordHash} WHERE id = ${account}`,
    sql`SELECT obrol_end_sessions(${account}, 'ended')`,
    insertSession(sql, sql`SELECT * FROM accounts WHERE id = ${account}`, ttlMs, client),
    sql`UPDATE sessions SET login = 'setup' WHERE account_id = ${account}`,
    insertRecord(sql, { ...record, detail: null, address: client.address ?? null }),
    sql.unsafe('COMMIT'),
  ])
  return toSession(session as Parameters<typeof toSession>[0])
}

async function refuse(sql: Sql): Promise<'unknown-code'> {
  await sql.unsafe('ROLLBACK')
  return 'unknown-code'
}
