import type { PendingQuery, Row } from 'postgres'
import type { SessionRow } from '../rows.ts'
import { newSessionId } from '../session-rules.ts'
import { type Sql, toArrayLiteral } from './connection.ts'

/** With a million sessions, all of so many ids are taken once in 10^13 times. */
const ID_CANDIDATES = 4

/**
 * A statement that opens a session of the one row of `account`, which `accountQuery` selects or makes, and
 * gives it with its account; nothing where there is no such row. `clock.now` is the time, in Unix ms.
 *
 * @param newId draws the ids of new sessions
 */
export function insertSession(
  sql: Sql,
  accountQuery: PendingQuery<Row[]>,
  ttlMs: number,
  newId: () => number = newSessionId,
) {
  const ids = Array.from({ length: ID_CANDIDATES }, newId)
  return sql<SessionRow[]>`
    WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
    account AS (${accountQuery}),
    opened AS (
      INSERT INTO sessions (id, account_id, created_at, expires_at)
      SELECT
        (SELECT id FROM unnest(${toArrayLiteral(ids)}::bigint[]) AS drawn (id)
          WHERE NOT EXISTS (SELECT FROM sessions WHERE sessions.id = drawn.id) LIMIT 1),
        account.id, now - now % 1000,
        now - now % 1000 + ${Math.ceil(ttlMs / 1000)}::bigint * 1000
      FROM account, clock
      RETURNING *
    )
    SELECT opened.id, opened.created_at AS "createdAt", opened.expires_at AS "expiresAt",
      account.id AS "accountId", account.username, account.created_at AS "accountCreatedAt"
    FROM opened, account`
}
