import { type SessionRow, toSession } from '../rows.ts'
import { MAX_SESSIONS_PER_ACCOUNT } from '../session-rules.ts'
import type { Session } from '../store.ts'
import type { Sql } from './connection.ts'
import { insertSession } from './insert-session.ts'
import type { Pool } from './pool.ts'

export class Sessions {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async open(account: number, ttlMs: number): Promise<Session> {
    const [row] = await this.#pool.write((sql) => {
      const accountQuery = sql`
        SELECT id, username, created_at FROM obrol_before_session(${account}, ${MAX_SESSIONS_PER_ACCOUNT - 1})`
      return insertSession(sql, accountQuery, ttlMs)
    })
    return toSession(row as SessionRow)
  }

  /** Undefined where it has ended or is past its end. */
  async alive(id: number): Promise<Session | undefined> {
    const [row] = await this.#pool.read(
      (sql) => sql<SessionRow[]>`
        SELECT ${sessionColumns(sql)}
        FROM sessions JOIN accounts ON accounts.id = sessions.account_id
        WHERE sessions.id = ${id} AND sessions.expires_at > obrol_now()`,
    )
    return row && toSession(row)
  }

  /** Of those that are alive those that end last. */
  async newest(limit: number): Promise<Session[]> {
    const rows = await this.#pool.read(
      (sql) => sql<SessionRow[]>`
        SELECT ${sessionColumns(sql)}
        FROM (
          SELECT * FROM sessions WHERE expires_at > (SELECT obrol_now())
          ORDER BY expires_at DESC LIMIT ${limit}
        ) AS sessions CROSS JOIN LATERAL (
          SELECT * FROM accounts WHERE accounts.id = sessions.account_id LIMIT 1
        ) AS accounts
        ORDER BY sessions.expires_at DESC`,
    )
    return rows.map(toSession)
  }

  /** Ends it and its presence on all nodes. False where it was no longer alive. */
  async end(id: number): Promise<boolean> {
    const [row] = await this.#pool.write(
      (sql) => sql<{ ended: boolean }[]>`SELECT obrol_end_session(${id}) AS ended`,
    )
    return (row as { ended: boolean }).ended
  }
}

function sessionColumns(sql: Sql) {
  return sql`
    sessions.id, sessions.created_at AS "createdAt", sessions.expires_at AS "expiresAt",
    accounts.id AS "accountId", accounts.username, accounts.created_at AS "accountCreatedAt"`
}
