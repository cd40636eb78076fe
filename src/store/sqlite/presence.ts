import type { Account, PresentSession, Session } from '../store.ts'
import type { Connection } from './connection.ts'

/** Those of the sessions told to enter that did: between two threads, numbers cost least. */
export interface EnteredSessions {
  /** Unix milliseconds. */
  since: number
  sessions: number[]
}

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
       ORDER BY presence.account_id, presence.session_id`,
    )
    // One by one, for SQLite keeps what a statement that writes many rows has overwritten. Where the
    // session has ended there is no account, and a row without one is ignored like one that is there.
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
    return this.#all.all().map(toPresentSession)
  }

  /** Those of the sessions that were not present and now are. */
  enter(sessions: readonly number[], now: number): EnteredSessions {
    const entered = sessions.filter(
      (session) => this.#enter.run(session, now, session, now).changes > 0,
    )
    return { since: now, sessions: entered }
  }

  /** Those of the sessions that were present and no longer are. */
  leave(sessions: readonly number[]): number[] {
    return sessions.length === 0 ? [] : this.#leave.all(JSON.stringify(sessions))
  }
}

/** As the store tells of those who entered, who are among these. */
export function toPresentSessions(
  { since, sessions }: EnteredSessions,
  candidates: readonly Session[],
): PresentSession[] {
  const accounts = new Map(candidates.map(({ id, account }) => [id, account]))
  return sessions.map((session) => ({ session, person: accounts.get(session) as Account, since }))
}

function toPresentSession({ session, id, username, since }: Row): PresentSession {
  return { session, person: { id, username }, since }
}
