import type { RateLimitCounters } from '../rate-limit-counters.ts'
import type { Pool } from './pool.ts'

/**
 * Counts that all nodes share, by the database's clock. If that clock is set back, a window could
 * last as much longer. So a window that ends more than two of its lengths from now counts as over.
 */
export class PostgresCounters implements RateLimitCounters {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async increment(key: string, { limit, windowMs }: { limit: number; windowMs: number }) {
    const [row] = await this.#pool.read(
      (sql) => sql<{ counted: boolean; left: number }[]>`
        WITH clock AS MATERIALIZED (SELECT obrol_now() AS now),
        added AS (
          INSERT INTO counts AS kept (key, count, ends_at)
          SELECT ${key}, 1, now + ${windowMs}::bigint FROM clock
          ON CONFLICT (key) DO UPDATE SET
            count = CASE WHEN kept.ends_at - excluded.ends_at BETWEEN 1 - ${windowMs}::bigint
              AND ${windowMs}::bigint THEN kept.count + 1 ELSE 1 END,
            ends_at = CASE WHEN kept.ends_at - excluded.ends_at BETWEEN 1 - ${windowMs}::bigint
              AND ${windowMs}::bigint THEN kept.ends_at ELSE excluded.ends_at END
          WHERE kept.ends_at - excluded.ends_at NOT BETWEEN 1 - ${windowMs}::bigint
            AND ${windowMs}::bigint OR kept.count < ${limit}
          RETURNING 1
        )
        SELECT EXISTS (SELECT FROM added) AS counted,
          -- NULL if another node started the window at the same time.
          least(${windowMs}::bigint,
            (SELECT ends_at - now FROM counts, clock WHERE key = ${key})) AS left`,
    )
    const { counted, left } = row as { counted: boolean; left: number }
    return counted ? { counted } : { counted, retryAfterMs: left }
  }

  async decrement(key: string): Promise<void> {
    await this.#pool.read(
      (sql) => sql`UPDATE counts SET count = count - 1 WHERE key = ${key} AND count > 0`,
    )
  }
}
