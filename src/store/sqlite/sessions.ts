import { MAX_SESSIONS_PER_ACCOUNT, newSessionId } from '../new-session.ts'
import { type SessionRow, sessionColumns, toSession } from '../rows.ts'
import type { Session } from '../session-store.ts'
import type { Connection } from './connection.ts'

const selectWithAccounts = `
  SELECT ${sessionColumns('sessions', 'accounts')}
  FROM sessions JOIN accounts ON accounts.id = sessions.account_id`

/** Where an account had far too many sessions, opening one ends at most this many. */
const MAX_ENDED_PER_OPEN = 1_000

export class SessionQueries {
  readonly #insert
  readonly #alive
  readonly #newest
  readonly #end
  readonly #excess
  readonly #newId

  /** @param newId draws the ids of new sessions */
  constructor(connection: Connection, newId = newSessionId) {
    this.#newId = newId
    this.#insert = connection.prepare<[number, number, number, number]>(
      `INSERT INTO sessions (id, account_id, created_at, expires_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO NOTHING`,
    )
    // Bound through a SELECT: with statistics, SQLite would otherwise plan the join again for each
    // value, at ten times the cost of running it.
    this.#alive = connection.prepare<[number, number], SessionRow>(
      `${selectWithAccounts} WHERE sessions.id = (SELECT ?) AND sessions.expires_at > ?`,
    )
    this.#newest = connection.prepare<[number, number], SessionRow>(
      `${selectWithAccounts} WHERE sessions.expires_at > ? ORDER BY sessions.expires_at DESC LIMIT ?`,
    )
    this.#end = connection
      .prepare<[number], number>('DELETE FROM sessions WHERE id = ? RETURNING expires_at')
      .pluck()
    this.#excess = connection
      .prepare<[number, number], number>(
        `SELECT sessions.id FROM sessions LEFT JOIN presence
           ON presence.account_id = sessions.account_id AND presence.session_id = sessions.id
         WHERE sessions.account_id = (SELECT ?) AND expires_at > ? AND token_scopes IS NULL
         ORDER BY presence.session_id IS NOT NULL DESC, created_at DESC, id DESC
         LIMIT ${MAX_ENDED_PER_OPEN} OFFSET ${MAX_SESSIONS_PER_ACCOUNT - 1}`,
      )
      .pluck()
  }

  /** Sessions of logins to end before another is opened: first those that are not present, then the oldest. */
  excess(account: number, now: number): number[] {
    return this.#excess.all(account, now)
  }

  /** @returns the new session's id */
  open(account: number, ttlMs: number, now: number): number {
    const createdAt = now - (now % 1000)
    const expiresAt = createdAt + Math.ceil(ttlMs / 1000) * 1000
    for (;;) {
      const id = this.#newId()
      const { changes } = this.#insert.run(id, account, createdAt, expiresAt)
      if (changes === 1) return id
    }
  }

  /** @returns undefined where it has ended or expired */
  alive(id: number, now: number): Session | undefined {
    const row = this.#alive.get(id, now)
    return row && toSession(row)
  }

  /** The sessions that are alive and expire last. */
  newest(limit: number, now: number): Session[] {
    return this.#newest.all(now, limit).map(toSession)
  }

  /**
   * End its presence before: the cascade would remove that without an event.
   *
   * @returns false where it was no longer alive
   */
  end(id: number, now: number): boolean {
    const expiresAt = this.#end.get(id)
    return expiresAt !== undefined && expiresAt > now
  }
}
