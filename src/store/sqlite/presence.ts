import type { PresentSession } from '../store.ts'
import type { Connection } from './connection.ts'

type Row = { session: number; id: number; username: string; since: number }

/** The sessions that are present, kept over a restart. */
export class PresenceRows {
  readonly #all
  readonly #enter
  readonly #entered
  readonly #leave

  constructor(connection: Connection) {
    const select = `
      SELECT presence.session_id AS session, accounts.id, accounts.username, presence.since
      FROM presence JOIN accounts ON accounts.id = presence.account_id`
    this.#all = connection.prepare<[], Row>(`${select} ORDER BY presence.session_id`)
    // Bound through a SELECT, as in Sessions.
    this.#entered = connection.prepare<[number], Row>(
      `${select} WHERE presence.session_id = (SELECT ?)`,
    )
    this.#enter = connection.prepare<{ session: number; now: number }>(
      `INSERT OR IGNORE INTO presence (session_id, account_id, since)
       SELECT id, account_id, :now FROM sessions WHERE id = :session AND expires_at > :now`,
    )
    this.#leave = connection.prepare<[number]>('DELETE FROM presence WHERE session_id = ?')
  }

  all(): PresentSession[] {
    return this.#all.all().map(toPresence)
  }

  /** Those of the sessions that were not present and now are. */
  enter(sessions: readonly number[], now: number): PresentSession[] {
    return sessions
      .filter((session) => this.#enter.run({ session, now }).changes > 0)
      .map((session) => toPresence(this.#entered.get(session) as Row))
  }

  /** Those of the sessions that were present and no longer are. */
  leave(sessions: readonly number[]): number[] {
    return sessions.filter((session) => this.#leave.run(session).changes > 0)
  }
}

function toPresence({ session, id, username, since }: Row): PresentSession {
  return { session, person: { id, username }, since }
}
