import type { Account, Credentials, NewAccount } from '../store.ts'
import type { Connection } from './connection.ts'

type Row = { id: number; username: string; createdAt: number; passwordHash: string }

export class Accounts {
  readonly #insert
  readonly #byKey

  constructor(connection: Connection) {
    this.#insert = connection
      .prepare<[string, string, string, number], number>(
        `INSERT INTO accounts (username, key, password_hash, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (key) DO NOTHING RETURNING id`,
      )
      .pluck()
    this.#byKey = connection.prepare<[string], Row>(
      `SELECT id, username, created_at AS createdAt, password_hash AS passwordHash
       FROM accounts WHERE key = ?`,
    )
  }

  /** Undefined where the key is taken. */
  create({ username, key, passwordHash }: NewAccount, now: number): Account | undefined {
    const id = this.#insert.get(username, key, passwordHash, now)
    return id === undefined ? undefined : { id, username, createdAt: now }
  }

  credentials(key: string): Credentials | undefined {
    const row = this.#byKey.get(key)
    if (!row) return undefined
    const { passwordHash, ...account } = row
    return { account, passwordHash }
  }
}
