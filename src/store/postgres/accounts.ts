import type {
  Credentials,
  DisplayNameChange,
  DisplayNameOutcome,
  NewAccount,
  PasswordChange,
} from '../account-store.ts'
import type { Caller } from '../caller.ts'
import type { Account } from '../person.ts'
import { type AccountRow, accountColumns, toAccount, toSession } from '../rows.ts'
import type { Session, SessionClient } from '../session-store.ts'
import type { Pool } from './pool.ts'
import { insertSession } from './sessions.ts'

type CredentialsRow = AccountRow & { passwordHash: string }

export async function register(
  pool: Pool,
  { username, key, skeletons, passwordHash }: NewAccount,
  ttlMs: number,
  client?: SessionClient,
): Promise<Session | 'taken'> {
  const [row] = await pool.write((sql) => {
    const created = sql`
      SELECT * FROM obrol_register(${username}, ${key}, ${passwordHash}, ${sql.json(skeletons)})`
    return insertSession(sql, created, ttlMs, client)
  })
  return row ? toSession(row) : 'taken'
}

export async function skeletonsTaken(pool: Pool, skeletons: readonly string[]): Promise<boolean> {
  const rows = await pool.read(
    (sql) => sql`SELECT FROM name_skeletons WHERE skeleton IN ${sql(skeletons)} LIMIT 1`,
  )
  return rows.length > 0
}

/** @param key of a username */
export async function findCredentials(pool: Pool, key: string): Promise<Credentials | undefined> {
  const [row] = await pool.read(
    (sql) => sql<CredentialsRow[]>`
      SELECT ${sql.unsafe(accountColumns('accounts'))}, password_hash AS "passwordHash"
      FROM accounts WHERE key = ${key}`,
  )
  return row && { account: toAccount(row), passwordHash: row.passwordHash }
}

/** Empty where the account has no password, or there is no such account. */
export async function findPasswordHash(pool: Pool, account: number): Promise<string> {
  const [row] = await pool.read(
    (sql) => sql<{ hash: string }[]>`
      SELECT password_hash AS hash FROM accounts WHERE id = ${account}`,
  )
  return row?.hash ?? ''
}

/** @returns the ids of the sessions that were ended */
export async function changePassword(
  pool: Pool,
  { session }: Caller,
  { verifiedHash, passwordHash, endTokens }: PasswordChange,
): Promise<number[] | 'session-ended' | 'password-changed'> {
  const [row] = await pool.write(
    (sql) => sql<{ outcome: 'done' | 'session-ended' | 'password-changed'; ended: number[] }[]>`
      SELECT outcome, to_json(ended) AS ended
      FROM obrol_change_password(${session}, ${verifiedHash}, ${passwordHash}, ${endTokens})`,
  )
  const { outcome, ended } = row as NonNullable<typeof row>
  return outcome === 'done' ? ended : outcome
}

export async function setDisplayName(
  pool: Pool,
  { session }: Caller,
  { displayName, skeletons, minIntervalMs }: DisplayNameChange,
): Promise<DisplayNameOutcome> {
  const [row] = await pool.write(
    (sql) => sql<(AccountRow & { outcome: string })[]>`
      SELECT outcome, ${sql.unsafe(accountColumns('(account)'))}
      FROM obrol_set_display_name(
        ${session}, ${displayName}, ${sql.json(skeletons)}, ${minIntervalMs})`,
  )
  const { outcome, ...account } = row as NonNullable<typeof row>
  if (outcome === 'done' || outcome === 'changed') return toAccount(account)
  return outcome as Exclude<DisplayNameOutcome, Account>
}
