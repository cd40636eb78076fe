import { lockClass, locks } from './advisory-locks.ts'
import type { Pool } from './pool.ts'

/** The lock is taken at most once in this time, in ms. */
const cacheMs = 1_000

/**
 * Checks whether the log's lock can be taken, which any client of the database may hold. Whether the
 * database takes writes is known from the lease, which is renewed all the time.
 */
export class AppendLockProbe {
  readonly #pool
  #latestCheck: Promise<void> = Promise.resolve()
  #nextCheckAt = 0

  constructor(pool: Pick<Pool, 'read'>) {
    this.#pool = pool
  }

  /** @throws {Unavailable} within a second, if it is only the lock */
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

  /** Waits for the lock half as long as an append does: see `obrol_lock` in the migrations. */
  async #acquireLock(): Promise<void> {
    await this.#pool.read(
      (sql) => sql`
        WITH bounded AS MATERIALIZED (SELECT set_config('lock_timeout', '1s', true))
        SELECT pg_advisory_xact_lock(${lockClass}, ${locks.log}) FROM bounded`,
    )
  }
}
