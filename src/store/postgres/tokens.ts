import type { SessionCaller } from '../caller.ts'
import type { ProvenCaller } from '../fresh-proof.ts'
import { newNonce } from '../new-session.ts'
import { fromScopes, type TokenRow, tokenColumns, toToken } from '../token-rows.ts'
import { decideNewToken, type TokenFacts, type TokenRefusal } from '../token-rules.ts'
import type { NewToken, Token } from '../token-store.ts'
import type { Sql } from './connection.ts'
import { decideInLog } from './log/decide-in-log.ts'
import type { Pool } from './pool.ts'
import { freeSessionId } from './sessions.ts'

/** The caller is null where their session has ended, or is a token. */
type CallerRow = (TokenFacts & { account: number }) | { account: null }

/** @returns undefined where it is not alive */
export async function findToken(pool: Pool, hash: string): Promise<number | undefined> {
  const [row] = await pool.read(
    (sql) => sql<{ id: number }[]>`
      SELECT id FROM sessions WHERE token_hash = ${hash} AND expires_at > obrol_now()`,
  )
  return row?.id
}

/** The newest first. */
export async function listTokens(pool: Pool, account: number): Promise<Token[]> {
  const rows = await pool.read(
    (sql) => sql<TokenRow[]>`
      SELECT ${sql.unsafe(tokenColumns)} FROM sessions
      WHERE account_id = ${account} AND expires_at > obrol_now() AND token_scopes IS NOT NULL
      ORDER BY created_at DESC, id DESC`,
  )
  return rows.map(toToken)
}

/** Judges the caller and makes a token: see `decideInLog`. */
export function createToken(
  pool: Pool,
  { caller, proof }: ProvenCaller,
  token: NewToken,
): Promise<Token | TokenRefusal> {
  return decideInLog(pool, {
    facts: (sql) => selectCaller(sql, caller),
    decide: async (sql, [found]) => {
      const row = found as CallerRow
      const refusal =
        row.account === null ? 'session-ended' : decideNewToken(token.scopes, proof, row)
      if (row.account === null || refusal !== undefined) {
        await sql.unsafe('ROLLBACK')
        return refusal as TokenRefusal
      }
      const [[made]] = await Promise.all([
        insertToken(sql, row.account, row.now, token),
        sql.unsafe('COMMIT'),
      ])
      return toToken(made as TokenRow)
    },
  })
}

/** Ends a token of the caller's account, and its presence on all nodes. */
export function endToken(
  pool: Pool,
  { session }: SessionCaller,
  id: number,
): Promise<'ended' | 'unknown-token' | 'session-ended'> {
  return decideInLog(pool, {
    facts: (sql) => sql<{ account: number | null; owner: number | null }[]>`
      SELECT
        (SELECT account_id FROM sessions WHERE id = ${session} AND expires_at > obrol_now()) AS account,
        (
          SELECT account_id FROM sessions
          WHERE id = ${id} AND expires_at > obrol_now() AND token_scopes IS NOT NULL
        ) AS owner`,
    decide: async (sql, [facts]) => {
      const { account, owner } = facts as NonNullable<typeof facts>
      if (account === null || account !== owner) {
        await sql.unsafe('ROLLBACK')
        return account === null ? 'session-ended' : 'unknown-token'
      }
      await Promise.all([sql`SELECT obrol_end_session(${id})`, sql.unsafe('COMMIT')])
      return 'ended'
    },
  })
}

function selectCaller(sql: Sql, { session }: SessionCaller) {
  return sql<CallerRow[]>`
    SELECT caller.*, now, (
      SELECT count(*) FROM sessions AS own
      WHERE own.account_id = caller.account AND own.expires_at > now AND own.token_scopes IS NOT NULL
    ) AS tokens
    FROM (SELECT obrol_now() AS now) AS clock LEFT JOIN LATERAL (
      SELECT account.id AS account, login.created_at AS "loginAt",
        account.password_hash AS "passwordHash", account.role
      FROM (
        SELECT * FROM sessions
        WHERE id = ${session} AND expires_at > now AND token_scopes IS NULL LIMIT 1
      ) AS login CROSS JOIN LATERAL (
        SELECT * FROM accounts WHERE accounts.id = login.account_id LIMIT 1
      ) AS account
    ) AS caller ON true`
}

function insertToken(
  sql: Sql,
  account: number,
  now: number,
  { hash, name, scopes, ttlMs }: NewToken,
) {
  const createdAt = now - (now % 1000)
  return sql<TokenRow[]>`
    INSERT INTO sessions (
      id, account_id, created_at, expires_at, nonce, token_hash, token_name, token_scopes)
    VALUES (${freeSessionId(sql)}, ${account}, ${createdAt}, ${createdAt + ttlMs}, ${newNonce()},
      ${hash}, ${name}, ${fromScopes(scopes)})
    RETURNING ${sql.unsafe(tokenColumns)}`
}
