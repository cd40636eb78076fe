import type { LogBounds } from '../../message-log.ts'
import { locks } from '../advisory-locks.ts'
import type { Sql } from '../connection.ts'
import type { Pool } from '../pool.ts'

/** What was decided, and up to where the log was written. */
export interface Executed<Outcome> {
  outcome: Outcome
  /** Undefined where nothing was. */
  written?: Pick<LogBounds, 'epoch' | 'head'>
}

/** How long a node that hangs may keep the others from appending: half of what they wait. */
const maxIdle = '1s'

/**
 * Reads facts and writes what follows from them, in one transaction under the log's lock. Statements are
 * sent together where no answer is needed in between, so the lock is held for one round trip and the
 * commit.
 *
 * Each step returns its statement at once, as statements are sent in the order in which they are made.
 *
 * @param before a statement before the lock, if there is one
 * @param decide writes, and ends the transaction
 */
export function decideInLog<Row, Outcome>(
  pool: Pool,
  steps: {
    before?: (sql: Sql) => PromiseLike<unknown> | undefined
    facts: (sql: Sql) => PromiseLike<Row[]>
    decide: (sql: Sql, facts: readonly Row[]) => Promise<Outcome>
  },
): Promise<Outcome> {
  return pool.write(async (sql) => {
    try {
      // What is read after a lock is what is so then: the facts are read by a statement of their own.
      const [, , , facts] = await Promise.all([
        sql.unsafe('BEGIN ISOLATION LEVEL READ COMMITTED'),
        steps.before?.(sql),
        sql`
          SELECT obrol_lock(${locks.log}),
            set_config('idle_in_transaction_session_timeout', ${maxIdle}, true)`,
        steps.facts(sql),
      ])
      return await steps.decide(sql, facts)
    } catch (error) {
      await sql.unsafe('ROLLBACK').catch(() => {})
      throw error
    }
  })
}
