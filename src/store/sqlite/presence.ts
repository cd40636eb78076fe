import type { PresentSession } from '../store.ts'
import type { Connection } from './connection.ts'

type Row = { session: number; id: number; username: string; since: number }

/** The sessions that are present, kept over a restart. */
export class PresenceRows {
  readonly #all
  readonly #enter
  readonly #leave

  constructor(connection: Connection) {
    this.#all = connection.prepare<[], Row>(
      `SELECT presence.session_id AS session, accounts.id, accounts.username, presence.since
       FROM presence JOIN accounts ON accounts.id = presence.account_id
       ORDER BY presence.session_id`,
    )
    // Joined in this order, each of the list is one look-up.
    this.#enter = connection.prepare<{ sessions: string; now: number }, Row>(
      `INSERT OR IGNORE INTO presence (session_id, account_id, since)
       SELECT sessions.id, sessions.account_id, :now
       FROM json_each(:sessions) AS wanted CROSS JOIN sessions ON sessions.id = wanted.value
       WHERE sessions.expires_at > :now
       RETURNING session_id AS session, account_id AS id, since,
                 (SELECT username FROM accounts WHERE accounts.id = account_id) AS username`,
    )
    this.#leave = connection
      .prepare<[string], number>(
        `DELETE FROM presence WHERE session_id IN (SELECT value FROM json_each(?))
         RETURNING session_id`,
      )
      .pluck()
  }

  all(): PresentSession[] {
    return this.#all.all().map(toPresence)
  }

  /** Those of the sessions that were not present and now are. */
  enter(sessions: readonly number[], now: number): PresentSession[] {
    return this.#enter.all({ sessions: JSON.stringify(sessions), now }).map(toPresence)
  }

  /** Those of the sessions that were present and no longer are. */
  leave(sessions: readonly number[]): number[] {
    return this.#leave.all(JSON.stringify(sessions))
  }
}

function toPresence({ session, id, username, since }: Row): PresentSession {
  return { session, person: { id, username }, since }
}
