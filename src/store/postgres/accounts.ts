import type {
  Credentials,
  DisplayNameChange,
  DisplayNameOutcome,
  NewAccount,
  PasswordChange,
} from '../account-store.ts'
import type { SessionCaller } from '../caller.ts'
import type { Account } from '../person.ts'
import {
  type AccountRow,
  accountColumns,
  afterPrefix,
  mergeAccounts,
  toAccount,
  toSession,
} from '../rows.ts'
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
  { session }: SessionCaller,
  { verifiedHash, passwordHash }: PasswordChange,
): Promise<number[] | 'session-ended' | 'password-changed'> {
  const [row] = await pool.write(
    (sql) => sql<{ outcome: 'done' | 'session-ended' | 'password-changed'; ended: number[] }[]>`
      SELECT outcome, to_json(ended) AS ended
      FROM obrol_change_password(${session}, ${verifiedHash}, ${passwordHash})`,
  )
  const { outcome, ended } = row as NonNullable<typeof row>
  return outcome === 'done' ? ended : outcome
}

export async function setDisplayName(
  pool: Pool,
  { session }: SessionCaller,
  { displayName, displayKey, skeletons, minIntervalMs }: DisplayNameChange,
): Promise<DisplayNameOutcome> {
  const [row] = await pool.write(
    (sql) => sql<(AccountRow & { outcome: string })[]>`
      SELECT outcome, ${sql.unsafe(accountColumns('(account)'))}
      FROM obrol_set_display_name(
        ${session}, ${displayName}, ${displayKey}, ${sql.json(skeletons)}, ${minIntervalMs})`,
  )
  const { outcome, ...account } = row as NonNullable<typeof row>
  if (outcome === 'done' || outcome === 'changed') return toAccount(account)
  return outcome as Exclude<DisplayNameOutcome, Account>
}

export async function findByKeys(pool: Pool, keys: readonly string[]): Promise<Account[]> {
  const rows = await pool.read(
    (sql) => sql<AccountRow[]>`
      SELECT ${sql.unsafe(accountColumns('people'))}
      FROM jsonb_array_elements_text(${sql.json(keys)}) AS wanted CROSS JOIN LATERAL (
        SELECT * FROM accounts WHERE accounts.key = wanted LIMIT 1
      ) AS people ORDER BY people.key`,
  )
  return rows.map(toAccount)
}

export async function searchAccounts(
  pool: Pool,
  prefix: { key: string; displayKey: string },
  limit: number,
): Promise<Account[]> {
  const found = (column: 'key' | 'display_key', begin: string) =>
    begin === ''
      ? []
      : pool.read(
          (sql) => sql<AccountRow[]>`
            SELECT ${sql.unsafe(accountColumns('accounts'))} FROM accounts
            WHERE ${sql(column)} >= ${begin} AND ${sql(column)} < ${afterPrefix(begin)}
              AND closed_at IS NULL
            ORDER BY ${sql(column)} LIMIT ${limit}`,
        )
  const rows = await Promise.all([
    found('key', prefix.key),
    found('display_key', prefix.displayKey),
  ])
  return mergeAccounts(rows.flat(), limit)
}
