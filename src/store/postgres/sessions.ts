import type { PendingQuery, Row } from 'postgres'
import type { SessionCaller } from '../caller.ts'
import { MAX_SESSIONS_PER_ACCOUNT, newNonce, newSessionId } from '../new-session.ts'
import {
  type SessionDetailsRow,
  type SessionRow,
  sessionColumns,
  sessionDetailsColumns,
  toSession,
  toSessionDetails,
} from '../rows.ts'
import type { Session, SessionClient, SessionDetails, SessionUse } from '../session-store.ts'
import { type Sql, toArrayLiteral } from './connection.ts'
import type { Pool } from './pool.ts'
import { findRestriction } from './staff/restrictions.ts'

/** With a million sessions, all of so many random ids are taken once in 10^13 times. */
const ID_CANDIDATES = 4

const columns = sessionColumns('session', 'account')

export async function openSession(
  pool: Pool,
  account: number,
  ttlMs: number,
  client?: SessionClient,
): Promise<Session | 'banned'> {
  const [row] = await pool.write((sql) => {
    const accountQuery = sql`
      SELECT * FROM obrol_before_session(${account}, ${MAX_SESSIONS_PER_ACCOUNT - 1})`
    return insertSession(sql, accountQuery, ttlMs, client)
  })
  return row ? toSession(row) : 'banned'
}

/** The hash is read by the function, after it has locked the account's row. */
export async function openSessionWithPassword(
  pool: Pool,
  account: number,
  verifiedHash: string,
  ttlMs: number,
  client?: SessionClient,
): Promise<Session | 'password-changed' | 'banned'> {
  const [row] = await pool.write((sql) => {
    const accountQuery = sql`
      SELECT * FROM obrol_before_session(${account}, ${MAX_SESSIONS_PER_ACCOUNT - 1})
      WHERE password_hash = ${verifiedHash}`
    return insertSession(sql, accountQuery, ttlMs, client)
  })
  if (row) return toSession(row)
  return (await findRestriction(pool, 'ban', account)) ? 'banned' : 'password-changed'
}

/** @returns undefined if it has ended or expired */
export async function findSession(pool: Pool, id: number): Promise<Session | undefined> {
  const [row] = await pool.read(
    (sql) => sql<SessionRow[]>`
      SELECT ${sql.unsafe(columns)}
      FROM sessions AS session JOIN accounts AS account ON account.id = session.account_id
      WHERE session.id = ${id} AND session.expires_at > obrol_now()`,
  )
  return row && toSession(row)
}

/** The live sessions that expire last. */
export async function newestSessions(pool: Pool, limit: number): Promise<Session[]> {
  const rows = await pool.read(
    (sql) => sql<SessionRow[]>`
      SELECT ${sql.unsafe(columns)}
      FROM (
        SELECT * FROM sessions WHERE expires_at > (SELECT obrol_now())
        ORDER BY expires_at DESC LIMIT ${limit}
      ) AS session CROSS JOIN LATERAL (
        SELECT * FROM accounts WHERE accounts.id = session.account_id LIMIT 1
      ) AS account
      ORDER BY session.expires_at DESC`,
  )
  return rows.map(toSession)
}

/**
 * Ends a session and its presence on all nodes.
 *
 * @returns false if it had ended already
 */
export async function endSession(pool: Pool, id: number): Promise<boolean> {
  const [row] = await pool.write(
    (sql) => sql<{ ended: boolean }[]>`SELECT obrol_end_session(${id}) AS ended`,
  )
  return (row as { ended: boolean }).ended
}

/** Those that are alive, the one that was used last first. */
export async function sessionsOfAccount(pool: Pool, account: number): Promise<SessionDetails[]> {
  const rows = await pool.read(
    (sql) => sql<SessionDetailsRow[]>`
      SELECT ${sql.unsafe(sessionDetailsColumns)} FROM sessions
      WHERE account_id = ${account} AND expires_at > obrol_now() AND token_scopes IS NULL
      ORDER BY coalesce(last_seen_at, created_at) DESC, created_at DESC, id`,
  )
  return rows.map(toSessionDetails)
}

/** @returns the ids of those that were alive */
export async function endOwnSessions(
  pool: Pool,
  { session }: SessionCaller,
  which: number | 'others',
): Promise<number[] | 'session-ended'> {
  const wanted = which === 'others' ? null : which
  const [row] = await pool.write(
    (sql) => sql<{ ended: number[] | null }[]>`
      SELECT to_json(obrol_end_own_sessions(${session}, ${wanted})) AS ended`,
  )
  return row?.ended ?? 'session-ended'
}

/** @returns undefined where it is not alive */
export async function renewSession(
  pool: Pool,
  id: number,
  ttlMs: number,
  maxMs: number,
): Promise<Session | undefined> {
  const [row] = await pool.write(
    (sql) => sql<SessionRow[]>`
      SELECT ${sql.unsafe(columns)}
      FROM obrol_renew_session(${id}, ${Math.ceil(ttlMs / 1000)}::bigint * 1000, ${maxMs}) AS session
      CROSS JOIN LATERAL (
        SELECT * FROM accounts WHERE accounts.id = session.account_id LIMIT 1
      ) AS account`,
  )
  return row && toSession(row)
}

export async function noteUse(pool: Pool, uses: readonly SessionUse[]): Promise<void> {
  await pool.write((sql) => sql`SELECT obrol_note_use(${sql.json(uses as never)})`)
}

/**
 * A statement that opens a session for one account and returns both; no row if there is no account.
 *
 * @param accountQuery selects or creates the account: a row of `accounts`
 * @param newId draws a random id
 */
export function insertSession(
  sql: Sql,
  accountQuery: PendingQuery<Row[]>,
  ttlMs: number,
  client: SessionClient = {},
  newId: () => number = newSessionId,
) {
  const { address = null, userAgent = null } = client
  return sql<SessionRow[]>`
    WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
    account AS (${accountQuery}),
    session AS (
      INSERT INTO sessions (id, account_id, created_at, expires_at, nonce, address, user_agent)
      SELECT
        ${freeSessionId(sql, newId)}, account.id, now - now % 1000,
        now - now % 1000 + ${Math.ceil(ttlMs / 1000)}::bigint * 1000,
        ${newNonce()}, ${address}, ${userAgent}
      FROM account, clock
      RETURNING *
    )
    SELECT ${sql.unsafe(columns)} FROM session, account`
}

/** An expression for the id of a new session. @param newId draws a random id */
export function freeSessionId(sql: Sql, newId: () => number = newSessionId) {
  const ids = Array.from({ length: ID_CANDIDATES }, newId)
  return sql`(
    SELECT id FROM unnest(${toArrayLiteral(ids)}::bigint[]) AS drawn (id)
    WHERE (SELECT true FROM sessions WHERE sessions.id = drawn.id LIMIT 1) IS NULL LIMIT 1)`
}
