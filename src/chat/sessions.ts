import { LRUCache } from 'lru-cache'
import type { Session, Store } from '../store/store.ts'
import { Problem } from './problems.ts'
import { answer } from './store-problems.ts'

/** A session is about 300 bytes; past this many those unused for longest are asked of the store again. */
const remembered = 50_000

/** So many are remembered from the start. */
const readAhead = 20_000

type KeptSessions = Pick<Store, 'session' | 'newestSessions' | 'endSession' | 'current' | 'now'>

/** One question to the store, under way. */
interface LookUp {
  /** What the store will answer may be older than what has been told since. */
  outdated: boolean
  found: Promise<Session | undefined>
}

/**
 * Who is logged in. The store knows; this remembers the sessions it has seen alive, so that a
 * request costs no look-up, and forgets them when the store tells that they have ended.
 */
export class Sessions {
  readonly #store: KeptSessions
  readonly #alive: LRUCache<number, Session>
  readonly #underWay = new Map<number, Set<LookUp>>()
  /** Those that ended while the newest were read. */
  #endedMeanwhile: Set<number> | undefined

  /** @param options.remembered how many sessions are kept in memory (50,000) */
  constructor(store: KeptSessions, options: { remembered?: number } = {}) {
    this.#store = store
    this.#alive = new LRUCache({ max: options.remembered ?? remembered })
  }

  /** Remembers the newest sessions: after a restart everyone comes back within seconds. */
  async start(): Promise<void> {
    const ended = new Set<number>()
    this.#endedMeanwhile = ended
    const newest = await this.#store.newestSessions(readAhead)
    // Else the store has gone back meanwhile, or was out of touch.
    if (this.#endedMeanwhile !== ended) return
    this.#endedMeanwhile = undefined
    // From the one that ends first on: the first is the first to be forgotten.
    for (const session of newest.toReversed())
      if (!ended.has(session.id)) this.#alive.set(session.id, session)
  }

  /** The session of an id, if it is alive. @throws {Problem} `unauthorized`, `unavailable` */
  async find(id: number): Promise<Session> {
    const recalled = this.#recall(id)
    if (recalled !== undefined && this.#isCurrent(recalled)) return recalled
    // Past its end it is swept, which is not told: its id may be another's by now.
    this.#alive.delete(id)
    const session = await answer(this.#lookUp(id))
    if (session === undefined || !this.#isCurrent(session)) throw sessionOver()
    return session
  }

  /** Whether this very session is known to stand, without a question to the store. */
  knows(session: Session): boolean {
    return this.#recall(session.id) === session
  }

  /**
   * Whether a session that was alive is so still, and still the same one: a database that went back
   * gives ids out again, to someone else.
   *
   * @throws {Unavailable}
   */
  async stands(session: Session): Promise<boolean> {
    const found = this.#recall(session.id) ?? (await this.#lookUp(session.id))
    return found !== undefined && sameSession(found, session)
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
      this.#endedMeanwhile?.add(id)
      for (const lookUp of this.#underWay.get(id) ?? []) lookUp.outdated = true
    }
  }

  /** The store may have gone back, or have ended some untold: each has to be asked for anew. */
  forget(): void {
    this.#alive.clear()
    this.#endedMeanwhile = undefined
    for (const lookUps of this.#underWay.values()) {
      for (const lookUp of lookUps) lookUp.outdated = true
    }
  }

  #isCurrent({ expiresAt }: Session): boolean {
    return expiresAt > this.#store.now()
  }

  /** From memory, unless something may have happened of which nothing was told yet. */
  #recall(id: number): Session | undefined {
    return this.#store.current ? this.#alive.get(id) : undefined
  }

  /** Those who ask for the same session at the same time share one look-up. */
  async #lookUp(id: number): Promise<Session | undefined> {
    for (;;) {
      const { current } = this.#store
      const lookUp = (current && this.#shared(id)) || this.#ask(id)
      const session = await lookUp.found
      // A process that was stopped in between may hold an answer from before its stop.
      const stale = lookUp.outdated || (current && !this.#store.current)
      if (!stale) return session
    }
  }

  #shared(id: number): LookUp | undefined {
    return this.#underWay
      .get(id)
      ?.values()
      .find(({ outdated }) => !outdated)
  }

  #ask(id: number): LookUp {
    const lookUp: LookUp = { outdated: false, found: this.#store.session(id) }
    const lookUps = this.#underWay.get(id) ?? new Set()
    this.#underWay.set(id, lookUps.add(lookUp))
    lookUp.found = lookUp.found
      .then((session) => {
        if (session !== undefined && !lookUp.outdated) this.#alive.set(id, session)
        return session
      })
      .finally(() => {
        lookUps.delete(lookUp)
        if (lookUps.size === 0) this.#underWay.delete(id)
      })
    return lookUp
  }
}

function sameSession(one: Session, other: Session): boolean {
  return (
    one.account.id === other.account.id &&
    one.account.username === other.account.username &&
    one.createdAt === other.createdAt &&
    one.expiresAt === other.expiresAt
  )
}

/** The refusal of a session that has ended, expired or never was. */
export function sessionOver(): Problem {
  return new Problem('unauthorized', 'This session has ended or expired. Log in again.')
}
