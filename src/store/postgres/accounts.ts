import { toSession } from '../session-row.ts'
import type { Credentials, NewAccount, Session } from '../store.ts'
import { openedSession } from './opened-session.ts'
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
    const rows = await this.#pool.write((sql) => {
      const created = sql`
        INSERT INTO accounts (username, key, password_hash, created_at)
        SELECT ${username}, ${key}, ${passwordHash}, now FROM clock
        ON CONFLICT (key) DO NOTHING
        RETURNING id, username, created_at`
      return openedSession(sql, created, ttlMs)
    })
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
