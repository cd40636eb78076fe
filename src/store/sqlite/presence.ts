import type { Person, PresentSession } from '../store.ts'
import type { Connection } from './connection.ts'

/**
 * Those who entered, a column for each of what is told of them: between two threads a list of numbers
 * or names is copied at a fraction of what as many objects cost.
 */
export interface Entered {
  /** Unix milliseconds. */
  since: number
  sessions: number[]
  accounts: number[]
  usernames: string[]
}

type Row = { session: number; id: number; username: string; since: number }

/** The sessions that are present, kept over a restart. */
export class PresenceRows {
  readonly #all
  readonly #alive
  readonly #enter
  readonly #leave

  constructor(connection: Connection) {
    this.#all = connection.prepare<[], Row>(
      `SELECT presence.session_id AS session, accounts.id, accounts.username, presence.since
       FROM presence JOIN accounts ON accounts.id = presence.account_id
       ORDER BY presence.account_id, presence.session_id`,
    )
    this.#alive = connection.prepare<[number, number], Person>(
      `SELECT accounts.id, accounts.username
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
       WHERE sessions.id = (SELECT ?) AND sessions.expires_at > ?`,
    )
    // One by one, for SQLite keeps what a statement that writes many rows has overwritten.
    this.#enter = connection.prepare<[number, number, number]>(
      'INSERT OR IGNORE INTO presence (account_id, session_id, since) VALUES (?, ?, ?)',
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
    return this.#all.all().map(toPresence)
  }

  /** Those of the sessions that were not present and now are. */
  enter(sessions: readonly number[], now: number): Entered {
    const entered: Entered = { since: now, sessions: [], accounts: [], usernames: [] }
    for (const session of sessions) {
      const account = this.#alive.get(session, now)
      if (account === undefined) continue
      if (this.#enter.run(account.id, session, now).changes === 0) continue
      entered.sessions.push(session)
      entered.accounts.push(account.id)
      entered.usernames.push(account.username)
    }
    return entered
  }

  /** Those of the sessions that were present and no longer are. */
  leave(sessions: readonly number[]): number[] {
    return this.#leave.all(JSON.stringify(sessions))
  }
}

/** As the store tells of them. */
export function presentSessions({ since, ...columns }: Entered): PresentSession[] {
  const { sessions, accounts, usernames } = columns
  return sessions.map((session, index) => {
    const person = { id: accounts[index] as number, username: usernames[index] as string }
    return { session, person, since }
  })
}

function toPresence({ session, id, username, since }: Row): PresentSession {
  return { session, person: { id, username }, since }
}
