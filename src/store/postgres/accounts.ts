import { toSession } from '../rows.ts'
import type { Credentials, NewAccount, Session } from '../store.ts'
import { insertSession } from './insert-session.ts'
import type { Pool } from './pool.ts'

type Row = { id: number; username: string; createdAt: number; passwordHash: string }

export class Accounts {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async register(
    { username, key, skeletons, passwordHash }: NewAccount,
    ttlMs: number,
  ): Promise<Session | 'taken'> {
    const rows = await this.#pool.write((sql) => {
      const created = sql`
        SELECT id, username, created_at
        FROM obrol_register(${username}, ${key}, ${passwordHash}, ${sql.json(skeletons)})`
      return insertSession(sql, created, ttlMs)
    })
    return rows[0] ? toSession(rows[0]) : 'taken'
  }

  async skeletonsTaken(skeletons: readonly string[]): Promise<boolean> {
    const held = await this.#pool.read(
      (sql) => sql`SELECT FROM name_skeletons WHERE skeleton IN ${sql(skeletons)} LIMIT 1`,
    )
    return held.length > 0
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
