import type { Session, SessionClient } from '../session-store.ts'
import type { Connection } from './connection.ts'
import { PresenceQueries } from './presence.ts'
import { queriesOf } from './queries-of.ts'
import { SessionQueries } from './sessions.ts'
import { Restrictions } from './staff/restrictions.ts'

/** Ids of sessions. */
export interface EndedSessions {
  ended: number[]
  left: number[]
}

/** Opens and ends sessions, and ends their presence. Must be called inside a write transaction. */
export class SessionWrites {
  readonly #sessions
  readonly #presence
  readonly #bans

  constructor(connection: Connection) {
    this.#sessions = queriesOf(SessionQueries, connection)
    this.#presence = queriesOf(PresenceQueries, connection)
    this.#bans = new Restrictions(connection, 'bans')
  }

  open(account: number, ttlMs: number, now: number, client: SessionClient | undefined): Session {
    const id = this.#sessions.open(account, ttlMs, now, client)
    return this.#sessions.alive(id, now) as Session
  }

  /** One more session of an account, which may have too many then. Undefined where it is banned. */
  openOneMore(
    account: number,
    ttlMs: number,
    now: number,
    client: SessionClient | undefined,
  ): { session: Session; events: EndedSessions } | undefined {
    if (this.#bans.has(account, now)) return undefined
    const events = this.end(this.#sessions.excess(account, now), now)
    return { session: this.open(account, ttlMs, now, client), events }
  }

  end(ids: readonly number[], now: number): EndedSessions {
    const left = this.#presence.leave(ids)
    return { left, ended: ids.filter((id) => this.#sessions.end(id, now)) }
  }

  /** Ends those of an account's sessions that are meant, and some of its tokens. */
  endOwn(
    account: number,
    now: number,
    isMeant: (id: number) => boolean,
    tokens: readonly number[] = [],
  ): EndedSessions {
    const ids = this.#sessions.ofAccount(account, now).map(({ id }) => id)
    return this.end([...ids.filter(isMeant), ...tokens], now)
  }

  /** Ends all sessions of an account, also what is left of expired ones. */
  endAll(account: number, now: number): EndedSessions {
    return this.end(this.#sessions.idsOfAccount(account), now)
  }
}
