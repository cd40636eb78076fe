import type { Session, Store } from '../store/store.ts'
import { Problem } from './problems.ts'
import { answer } from './store-problems.ts'

/** A session is about 300 bytes; past this many the oldest are asked of the store again. */
const remembered = 50_000

/**
 * Who is logged in. The store knows; this remembers the sessions it has seen alive, so that a
 * request costs no look-up, and forgets them when the store tells that they have ended.
 */
export class Sessions {
  readonly #store: Pick<Store, 'session' | 'endSession'>
  readonly #remembered: number
  readonly #now: () => number
  readonly #alive = new Map<number, Session>()
  readonly #lookups = new Map<number, Promise<Session | undefined>>()
  /** Sessions that ended while they were looked up: what the store answers may be older than that. */
  readonly #endedMeanwhile = new Set<number>()

  /**
   * @param options.remembered how many sessions are kept in memory (50,000)
   * @param options.now the time in Unix milliseconds
   */
  constructor(
    store: Pick<Store, 'session' | 'endSession'>,
    options: { remembered?: number; now?: () => number } = {},
  ) {
    this.#store = store
    this.#remembered = options.remembered ?? remembered
    this.#now = options.now ?? Date.now
  }

  /** The session of an id, if it is alive. @throws {Problem} `unauthorized`, `unavailable` */
  async find(id: number): Promise<Session> {
    const session = this.#alive.get(id) ?? (await this.#lookUpOnce(id))
    if (session === undefined || session.expiresAt <= this.#now()) {
      this.#alive.delete(id)
      throw sessionOver()
    }
    return session
  }

  /** Ends a session, also one that has ended already. @throws {Problem} `unavailable`, `outcome-unknown` */
  async end(session: Session): Promise<void> {
    try {
      await answer(this.#store.endSession(session.id))
    } finally {
      this.ended([session.id])
    }
  }

  /** Forgets sessions that have ended, also those that are being looked up. */
  ended(ids: readonly number[]): void {
    for (const id of ids) {
      this.#alive.delete(id)
      if (this.#lookups.has(id)) this.#endedMeanwhile.add(id)
    }
  }

  /** Requests that ask for the same session at the same time share one look-up. */
  #lookUpOnce(id: number): Promise<Session | undefined> {
    const underWay = this.#lookups.get(id)
    if (underWay) return underWay
    const lookup = this.#lookUp(id)
    this.#lookups.set(id, lookup)
    return lookup
  }

  async #lookUp(id: number): Promise<Session | undefined> {
    try {
      const session = await answer(this.#store.session(id))
      if (session === undefined || this.#endedMeanwhile.has(id)) return undefined
      this.#remember(session)
      return session
    } finally {
      this.#lookups.delete(id)
      this.#endedMeanwhile.delete(id)
    }
  }

  #remember(session: Session): void {
    this.#alive.set(session.id, session)
    if (this.#alive.size <= this.#remembered) return
    const [oldest] = this.#alive.keys()
    this.#alive.delete(oldest as number)
  }
}

/** The refusal of a session that has ended, expired or never was. */
export function sessionOver(): Problem {
  return new Problem('unauthorized', 'This session has ended or expired. Log in again.')
}
