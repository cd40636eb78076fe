import { randomInt } from 'node:crypto'
import type { Session } from '../store.ts'
import type { Connection } from './connection.ts'

/** Session ids are drawn below this, the most that `randomInt` takes. */
const ID_LIMIT = 2 ** 48 - 1

type Row = { id: number; createdAt: number; expiresAt: number } & Joined
type Joined = { accountId: number; username: string; accountCreatedAt: number }

export class Sessions {
  readonly #insert
  readonly #alive
  readonly #end

  constructor(connection: Connection) {
    this.#insert = connection.prepare<[number, number, number, number]>(
      'INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
    )
    this.#alive = connection.prepare<[number, number], Row>(
      `SELECT sessions.id, sessions.created_at AS createdAt, sessions.expires_at AS expiresAt,
              accounts.id AS accountId, accounts.username, accounts.created_at AS accountCreatedAt
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
       WHERE sessions.id = ? AND sessions.expires_at > ?`,
    )
    this.#end = connection
      .prepare<[number], number>('DELETE FROM sessions WHERE id = ? RETURNING expires_at')
      .pluck()
  }

  /**
   * Ids are random: a token for a session that was lost when a backup was restored must never be
   * good for the session that would otherwise get the same number.
   *
   * @returns the new session's id
   */
  open(account: number, ttlMs: number, now: number): number {
    const id = randomInt(1, ID_LIMIT)
    const createdAt = now - (now % 1000)
    this.#insert.run(id, account, createdAt, createdAt + Math.ceil(ttlMs / 1000) * 1000)
    return id
  }

  /** Undefined where it has ended or is past its end. */
  alive(id: number, now: number): Session | undefined {
    const row = this.#alive.get(id, now)
    if (!row) return undefined
    const { createdAt, expiresAt, accountId, username, accountCreatedAt } = row
    const account = { id: accountId, username, createdAt: accountCreatedAt }
    return { id, account, createdAt, expiresAt }
  }

  /** False where it was no longer alive. Its presence must have been taken before. */
  end(id: number, now: number): boolean {
    const expiresAt = this.#end.get(id)
    return expiresAt !== undefined && expiresAt > now
  }
}
