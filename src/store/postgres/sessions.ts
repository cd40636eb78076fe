import type { PendingQuery, Row } from 'postgres'
import { MAX_SESSIONS_PER_ACCOUNT, newSessionId } from '../new-session.ts'
import { type SessionRow, sessionColumns, toSession } from '../rows.ts'
import type { Session } from '../session-store.ts'
import { type Sql, toArrayLiteral } from './connection.ts'
import type { Pool } from './pool.ts'

/** With a million sessions, all of so many random ids are taken once in 10^13 times. */
const ID_CANDIDATES = 4

const columns = sessionColumns('session', 'account')

export async function openSession(pool: Pool, account: number, ttlMs: number): Promise<Session> {
  const [row] = await pool.write((sql) => {
    const accountQuery = sql`
      SELECT * FROM obrol_before_session(${account}, ${MAX_SESSIONS_PER_ACCOUNT - 1})`
    return insertSession(sql, accountQuery, ttlMs)
  })
  return toSession(row as SessionRow)
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
  newId: () => number = newSessionId,
) {
  return sql<SessionRow[]>`
    WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
    account AS (${accountQuery}),
    session AS (
      INSERT INTO sessions (id, account_id, created_at, expires_at)
      SELECT
        ${freeSessionId(sql, newId)}, account.id, now - now % 1000,
        now - now % 1000 + ${Math.ceil(ttlMs / 1000)}::bigint * 1000
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
