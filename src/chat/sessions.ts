import { LruMap } from 'toad-cache'
import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { Problem } from './problems.ts'
import { mapStoreErrors } from './store-problems.ts'
import { hashToken } from './token-format.ts'

/** A session takes about 300 bytes. Beyond this many, the least recently used ones are dropped. */
const defaultMaxCached = 50_000

/** How many tokens for programs are known by their hashes, some 200 bytes each. */
const maxKnownTokens = 20_000

/** How many sessions are loaded at the start. */
const preloadCount = 20_000

/** A running query of the store. */
interface Lookup {
  /** The session may have ended after the store read it. */
  outdated: boolean
  result: Promise<Session | undefined>
}

/**
 * The sessions of the store, with a cache of valid ones, so that a request needs no look-up. Sessions
 * leave the cache when the store reports their end.
 */
export class Sessions {
  readonly #store: Pick<Store, 'sessions' | 'tokens' | 'isUpToDate' | 'now'>
  readonly #cache: LruMap<Session>
  /** The ids of tokens for programs, by their hashes. A token never gets another id. */
  readonly #tokens = new LruMap<number>(maxKnownTokens)
  readonly #lookups = new Map<number, Set<Lookup>>()
  /** The sessions that ended during `start`. */
  #endedMeanwhile: Set<number> | undefined

  /** @param options.maxCached how many sessions are cached (50,000) */
  constructor(
    store: Pick<Store, 'sessions' | 'tokens' | 'isUpToDate' | 'now'>,
    options: { maxCached?: number } = {},
  ) {
    this.#store = store
    this.#cache = new LruMap(options.maxCached ?? defaultMaxCached)
  }

  /** Caches the newest sessions: after a restart everyone comes back within seconds. */
  async start(): Promise<void> {
    const ended = new Set<number>()
    this.#endedMeanwhile = ended
    const newest = await this.#store.sessions.newest(preloadCount)
    // Otherwise the store has diverged or was unavailable meanwhile.
    if (this.#endedMeanwhile !== ended) return
    this.#endedMeanwhile = undefined
    // The session that expires first is cached first, so it is also dropped first.
    for (const session of newest.toReversed())
      if (!ended.has(session.id)) this.#cache.set(session.id, session)
  }

  /** The session with an id. @throws {Problem} `unauthorized` if it has ended or expired; `unavailable` */
  async find(id: number): Promise<Session> {
    const session = await this.#findAlive(id)
    if (session === undefined) throw sessionEnded()
    return session
  }

  /**
   * The session that a token for programs is.
   *
   * @throws {Problem} `unauthorized` if it is none, has ended or expired; `unavailable`
   */
  async findByToken(token: string): Promise<Session> {
    const hash = hashToken(token)
    const session = hash === undefined ? undefined : await this.#findByHash(hash)
    if (session === undefined) throw tokenInvalid()
    return session
  }

  /** Whether this very session is cached. */
  isCached(session: Session): boolean {
    return this.#cached(session.id) === session
  }

  /**
   * Whether a session that was valid still is, and is the same one: a database that lost its newest
   * data gives ids out again.
   *
   * @throws {Unavailable}
   */
  async isValid(session: Session): Promise<boolean> {
    return (await this.refresh(session)) !== undefined
  }

  /** As `isValid`: the session as it is now, since it may have been renewed; undefined where it is not valid. */
  async refresh(session: Session): Promise<Session | undefined> {
    const found = this.#cached(session.id) ?? (await this.#lookup(session.id))
    return found && sameSession(found, session) ? found : undefined
  }

  /** Ends a session; it may have ended already. @throws {Problem} `unavailable`, `outcome-unknown` */
  async end(session: Session): Promise<void> {
    try {
      await mapStoreErrors(this.#store.sessions.end(session.id))
    } finally {
      this.invalidate([session.id])
    }
  }

  /** Drops sessions that have ended or changed, including running look-ups. */
  invalidate(ids: readonly number[]): void {
    for (const id of ids) {
      this.#cache.delete(id)
      this.#endedMeanwhile?.add(id)
      for (const lookup of this.#lookups.get(id) ?? []) lookup.outdated = true
    }
  }

  /** Drops the sessions of accounts that have changed, including running look-ups. */
  invalidateAccounts(ids: readonly number[]): void {
    if (ids.length === 0) return
    const changed = new Set(ids)
    // At most 50,000, which takes a millisecond; the changes of some milliseconds come together.
    for (const [id, { value }] of this.#cache.items)
      if (changed.has(value.account.id)) this.#cache.delete(id)
    for (const lookups of this.#lookups.values())
      for (const lookup of lookups) lookup.outdated = true
  }

  /** Drops all sessions: the store may have diverged, or have ended some without a report. */
  invalidateAll(): void {
    this.#cache.clear()
    this.#endedMeanwhile = undefined
    for (const lookups of this.#lookups.values()) {
      for (const lookup of lookups) lookup.outdated = true
    }
  }

  async #findByHash(hash: string): Promise<Session | undefined> {
    const id = this.#tokens.get(hash) ?? (await mapStoreErrors(this.#store.tokens.find(hash)))
    if (id === undefined) return undefined
    this.#tokens.set(hash, id)
    const session = await this.#findAlive(id)
    // After a backup was restored, its id may have been given out again.
    return session?.token?.hash === hash ? session : undefined
  }

  async #findAlive(id: number): Promise<Session | undefined> {
    const cached = this.#cached(id)
    if (cached !== undefined && this.#isUnexpired(cached)) return cached
    // Expired sessions are deleted without a report, and their ids may be given out again.
    this.#cache.delete(id)
    const session = await mapStoreErrors(this.#lookup(id))
    return session !== undefined && this.#isUnexpired(session) ? session : undefined
  }

  #isUnexpired({ expiresAt }: Session): boolean {
    return expiresAt > this.#store.now()
  }

  /** Undefined if the session is not cached, or if its end may not have been reported yet. */
  #cached(id: number): Session | undefined {
    return this.#store.isUpToDate ? this.#cache.get(id) : undefined
  }

  /** Simultaneous look-ups of the same session share one query. */
  async #lookup(id: number): Promise<Session | undefined> {
    for (;;) {
      const { isUpToDate } = this.#store
      const lookup = (isUpToDate && this.#pendingLookup(id)) || this.#startLookup(id)
      const session = await lookup.result
      // A process that was suspended meanwhile may hold an answer from before.
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
    const lookup: Lookup = { outdated: false, result: this.#store.sessions.find(id) }
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
    one.nonce === other.nonce
  )
}

export function sessionEnded(): Problem {
  return new Problem('unauthorized', 'This session has ended or expired. Log in again.')
}

function tokenInvalid(): Problem {
  return new Problem('unauthorized', 'This token is mistyped, or it has ended or expired.')
}
