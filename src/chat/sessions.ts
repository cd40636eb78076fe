import { LRUCache } from 'lru-cache'
import type { Session, Store } from '../store/store.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'

/** A session is about 300 bytes; past this many those unused for longest are asked of the store again. */
const defaultMaxCached = 50_000

/** So many are remembered from the start. */
const preloadCount = 20_000

type SessionStore = Pick<Store, 'session' | 'newestSessions' | 'endSession' | 'isUpToDate' | 'now'>

/** One question to the store, under way. */
interface Lookup {
  /** What the store will answer may be older than what has been told since. */
  outdated: boolean
  result: Promise<Session | undefined>
}

/**
 * Who is logged in. The store knows; this remembers the sessions it has seen alive, so that a
 * request costs no look-up, and forgets them when the store tells that they have ended.
 */
export class Sessions {
  readonly #store: SessionStore
  readonly #cache: LRUCache<number, Session>
  readonly #lookups = new Map<number, Set<Lookup>>()
  /** Those that ended while the newest were read. */
  #endedMeanwhile: Set<number> | undefined

  /** @param options.maxCached how many sessions are kept in memory (50,000) */
  constructor(store: SessionStore, options: { maxCached?: number } = {}) {
    this.#store = store
    this.#cache = new LRUCache({ max: options.maxCached ?? defaultMaxCached })
  }

  /** Remembers the newest sessions: after a restart everyone comes back within seconds. */
  async start(): Promise<void> {
    const ended = new Set<number>()
    this.#endedMeanwhile = ended
    const newest = await this.#store.newestSessions(preloadCount)
    // Else the store has gone back meanwhile, or was out of touch.
    if (this.#endedMeanwhile !== ended) return
    this.#endedMeanwhile = undefined
    // From the one that ends first on: the first is the first to be forgotten.
    for (const session of newest.toReversed())
      if (!ended.has(session.id)) this.#cache.set(session.id, session)
  }

  /** The session of an id, if it is alive. @throws {Problem} `unauthorized`, `unavailable` */
  async find(id: number): Promise<Session> {
    const cached = this.#cached(id)
    if (cached !== undefined && this.#isUnexpired(cached)) return cached
    // Past its end it is swept, which is not told: its id may be another's by now.
    this.#cache.delete(id)
    const session = await mapStoreErrors(this.#lookup(id))
    if (session === undefined || !this.#isUnexpired(session)) throw sessionEnded()
    return session
  }

  /** Whether this very session is known to stand, without a question to the store. */
  isCached(session: Session): boolean {
    return this.#cached(session.id) === session
  }

  /**
   * Whether a session that was alive is so still, and still the same one: a database that went back
   * gives ids out again, to someone else.
   *
   * @throws {Unavailable}
   */
  async isValid(session: Session): Promise<boolean> {
    const found = this.#cached(session.id) ?? (await this.#lookup(session.id))
    return found !== undefined && sameSession(found, session)
  }

  /** Ends a session, also one that has ended already. @throws {Problem} `unavailable`, `outcome-unknown` */
  async end(session: Session): Promise<void> {
    try {
      await mapStoreErrors(this.#store.endSession(session.id))
    } finally {
      this.invalidate([session.id])
    }
  }

  /** Forgets sessions that have ended, also those that are being looked up. */
  invalidate(ids: readonly number[]): void {
    for (const id of ids) {
      this.#cache.delete(id)
      this.#endedMeanwhile?.add(id)
      for (const lookup of this.#lookups.get(id) ?? []) lookup.outdated = true
    }
  }

  /** The store may have gone back, or have ended some untold: each has to be asked for anew. */
  invalidateAll(): void {
    this.#cache.clear()
    this.#endedMeanwhile = undefined
    for (const lookups of this.#lookups.values()) {
      for (const lookup of lookups) lookup.outdated = true
    }
  }

  #isUnexpired({ expiresAt }: Session): boolean {
    return expiresAt > this.#store.now()
  }

  /** From memory, unless something may have happened of which nothing was told yet. */
  #cached(id: number): Session | undefined {
    return this.#store.isUpToDate ? this.#cache.get(id) : undefined
  }

  /** Those who ask for the same session at the same time share one look-up. */
  async #lookup(id: number): Promise<Session | undefined> {
    for (;;) {
      const { isUpToDate } = this.#store
      const lookup = (isUpToDate && this.#pendingLookup(id)) || this.#startLookup(id)
      const session = await lookup.result
      // A process that was stopped in between may hold an answer from before its stop.
      const stale = lookup.outdated || (isUpToDate && !this.#store.isUpToDate)
      if (!stale) return session
    }
  }

  #pendingLookup(id: number): Lookup | undefined {
    return this.#lookups
      .get(id)
      ?.values()
      .find(({ outdated }) => !outdated)
  }

  #startLookup(id: number): Lookup {
    const lookup: Lookup = { outdated: false, result: this.#store.session(id) }
    const lookups = this.#lookups.get(id) ?? new Set()
    this.#lookups.set(id, lookups.add(lookup))
    lookup.result = lookup.result
      .then((session) => {
        if (session !== undefined && !lookup.outdated) this.#cache.set(id, session)
        return session
      })
      .finally(() => {
        lookups.delete(lookup)
        if (lookups.size === 0) this.#lookups.delete(id)
      })
    return lookup
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
export function sessionEnded(): Problem {
  return new Problem('unauthorized', 'This session has ended or expired. Log in again.')
}
