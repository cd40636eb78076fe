import type { Pool } from './pool.ts'

/** However often it is asked for, the log's lock is taken once in so long, in ms. */
const cacheMs = 1_000

/**
 * Whether an append is possible: whether the log's lock is to be had, which somebody else may have
 * taken. That what is written gets to the disk is told by the lease, which is renewed all the time.
 */
export class AppendLockProbe {
  readonly #pool
  #latestCheck: Promise<void> = Promise.resolve()
  #nextCheckAt = 0

  constructor(pool: Pick<Pool, 'read'>) {
    this.#pool = pool
  }

  /** @throws {Unavailable} after a second at the latest where it is only the lock */
  check(): Promise<void> {
    const now = performance.now()
    if (now >= this.#nextCheckAt) {
      this.#nextCheckAt = Number.POSITIVE_INFINITY
      this.#latestCheck = this.#acquireLock().finally(() => {
        this.#nextCheckAt = now + cacheMs
      })
    }
    return this.#latestCheck
  }

  /** Waits half as long for it as an append does: see obrol_lock in the migrations. */
  async #acquireLock(): Promise<void> {
    await this.#pool.read(
      (sql) => sql`
        WITH bounded AS MATERIALIZED (SELECT set_config('lock_timeout', '1s', true))
        SELECT pg_advisory_xact_lock(1331851887, 1) FROM bounded`,
    )
  }
}
