import type { Connection } from './connection.ts'
import { KEY_LIFETIME_MS } from './log/idempotency-keys.ts'

/** Rows of each kind that one step drops at most, so that appends never wait for it for long. */
const MAX_ROWS_PER_STEP = 1_000

type Cutoffs = { before: number; keysBefore: number; now: number }

/** What is due, at most `limit` of each kind. Each walks an index from its old end. */
const expired = {
  // A prefix of the log, up to the first that is not due: a clock that was ahead for a while makes
  // what came after it wait. The newest stays, for it holds the head.
  entries: (limit: number) => `
    WITH oldest AS MATERIALIZED
      (SELECT id, sent_at FROM entries
       WHERE id < (SELECT max(id) FROM entries) ORDER BY id LIMIT ${limit})
    SELECT id FROM oldest
    WHERE id < coalesce((SELECT min(id) FROM oldest WHERE sent_at >= :before), 1 << 53)`,
  idempotency_keys: (limit: number) => `
    SELECT id FROM (SELECT entry_id AS id, sent_at
                    FROM idempotency_keys CROSS JOIN entries ON entries.id = entry_id
                    ORDER BY entry_id LIMIT ${limit})
    WHERE sent_at < :keysBefore`,
  // A session that is still present has its grace; it is due when presence has let go of it.
  sessions: (limit: number) => `
    SELECT id FROM sessions
    WHERE expires_at <= :now
      AND NOT EXISTS (SELECT 1 FROM presence
                      WHERE presence.account_id = sessions.account_id
                        AND presence.session_id = sessions.id)
    LIMIT ${limit}`,
}

/** Housekeeping in small steps. */
export class Retention {
  readonly #deletes
  readonly #more

  constructor(connection: Connection) {
    const kinds = Object.entries(expired)
    this.#deletes = kinds.map(([table, rows]) =>
      connection.prepare<Partial<Cutoffs>>(
        `DELETE FROM ${table} WHERE rowid IN (${rows(MAX_ROWS_PER_STEP)})`,
      ),
    )
    this.#more = connection
      .prepare<Cutoffs, number>(
        `SELECT ${kinds.map(([, rows]) => `EXISTS (${rows(1)})`).join(' OR ')}`,
      )
      .pluck()
  }

  /** @returns whether another step would find work */
  deleteExpired(before: number | undefined, now: number): boolean {
    const cutoffs = { before: before ?? 0, keysBefore: now - KEY_LIFETIME_MS, now }
    for (const statement of this.#deletes) statement.run(cutoffs)
    return this.#more.get(cutoffs) === 1
  }
}
