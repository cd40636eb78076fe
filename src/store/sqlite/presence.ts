import type { PresentSession } from '../presence-store.ts'
import type { Session } from '../session-store.ts'
import type { Connection } from './connection.ts'

type Row = { session: number; id: number; username: string; since: number }

/** The sessions that are present, stored so that a restart ends nobody's presence. */
export class PresenceQueries {
  readonly #all
  readonly #enter
  readonly #leave

  constructor(connection: Connection) {
    this.#all = connection.prepare<[], Row>(
      `SELECT presence.session_id AS session, accounts.id, accounts.username, presence.since
       FROM presence JOIN accounts ON accounts.id = presence.account_id
       ORDER BY presence.account_id, presence.session_id`,
    )
    // One row at a time: SQLite keeps a copy of what a statement that writes many rows overwrites. A
    // session that has ended gives no account, and IGNORE skips it like one that is present already.
    this.#enter = connection.prepare<[number, number, number, number]>(
      `INSERT OR IGNORE INTO presence (account_id, session_id, since) VALUES
         ((SELECT account_id FROM sessions WHERE id = ? AND expires_at > ?), ?, ?)`,
    )
    this.#leave = connection
      .prepare<[string], number>(
        `DELETE FROM presence WHERE (account_id, session_id) IN
           (SELECT account_id, id FROM sessions WHERE id IN (SELECT value FROM json_each(?)))
         RETURNING session_id`,
      )
      .pluck()
  }

  all(): PresentSession[] {
    return this.#all
      .all()
      .map(({ session, id, username, since }) => ({ session, person: { id, username }, since }))
  }

  /** @returns those that were not present before */
  enter(sessions: readonly Session[], now: number): PresentSession[] {
    return sessions
      .filter(({ id }) => this.#enter.run(id, now, id, now).changes > 0)
      .map(({ id, account }) => ({
        session: id,
        person: { id: account.id, username: account.username },
        since: now,
      }))
  }

  /** @returns those that were present before */
  leave(sessions: readonly number[]): number[] {
    return sessions.length === 0 ? [] : this.#leave.all(JSON.stringify(sessions))
  }
}
