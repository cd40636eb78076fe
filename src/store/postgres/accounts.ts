import { newSessionId } from '../session-id.ts'
import { type SessionRow, toSession } from '../session-row.ts'
import type { Credentials, NewAccount, Session } from '../store.ts'
import type { Pool } from './pool.ts'

type Row = { id: number; username: string; createdAt: number; passwordHash: string }

export class Accounts {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async register(
    { username, key, passwordHash }: NewAccount,
    ttlMs: number,
  ): Promise<Session | 'taken'> {
    const seconds = Math.ceil(ttlMs / 1000)
    const rows = await this.#pool.write(
      (sql) => sql<SessionRow[]>`
        WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
        account AS (
          INSERT INTO accounts (username, key, password_hash, created_at)
          SELECT ${username}, ${key}, ${passwordHash}, now FROM clock
          ON CONFLICT (key) DO NOTHING
          RETURNING id, username, created_at
        ), opened AS (
          INSERT INTO sessions (id, account_id, created_at, expires_at)
          SELECT ${newSessionId()}, account.id, now - now % 1000,
            now - now % 1000 + ${seconds}::bigint * 1000
          FROM account, clock
          RETURNING *
        )
        SELECT opened.id, opened.created_at AS "createdAt", opened.expires_at AS "expiresAt",
          account.id AS "accountId", account.username, account.created_at AS "accountCreatedAt"
        FROM opened, account`,
    )
    return rows[0] ? toSession(rows[0]) : 'taken'
  }

  async credentials(key: string): Promise<Credentials | undefined> {
    const [row] = await this.#pool.read(
      (sql) => sql<Row[]>`
        SELECT id, username, created_at AS "createdAt", password_hash AS "passwordHash"
        FROM accounts WHERE key = ${key}`,
    )
    if (!row) return undefined
    const { passwordHash, ...account } = row
    return { account, passwordHash }
  }
}
