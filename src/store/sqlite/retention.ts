import type { Connection } from './connection.ts'
import { KEY_LIFETIME_MS } from './log/idempotency-keys.ts'

/** Rows of each kind that one step deletes at most, so that appends wait only briefly. */
const MAX_ROWS_PER_STEP = 1_000

type Cutoffs = { before: number; keysBefore: number; now: number }

/** Queries for at most `limit` rows to delete. Each reads an index from its old end. */
const expired = {
  // A prefix of the log, up to the first entry that has not expired. After entries of a clock that was
  // ahead, later ones have to wait for them. The newest stays, since the next id follows from it.
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
  // A stay says what was carried while it lasted, of which nothing is left.
  members: (limit: number) => `
    SELECT account_id, audience_id, joined_id FROM members INDEXED BY members_left
    WHERE left_id < (SELECT min(id) FROM entries) LIMIT ${limit}`,
  // A session that is still present is deleted after its grace period.
  sessions: (limit: number) => `
    SELECT id FROM sessions
    WHERE expires_at <= :now
      AND NOT EXISTS (SELECT 1 FROM presence
                      WHERE presence.account_id = sessions.account_id
                        AND presence.session_id = sessions.id)
    LIMIT ${limit}`,
}

/** What the queries select of a row, where it is not the `rowid`. */
const rowKeys: Readonly<Record<string, string>> = {
  members: '(account_id, audience_id, joined_id)',
}

type RecordCutoffs = { before: number; now: number }

/** As `expired`, of what the staff leaves. */
const expiredRecords = {
  audit: (limit: number) =>
    `SELECT id FROM (SELECT id, at FROM audit ORDER BY id LIMIT ${limit}) WHERE at < :before`,
  setup_codes: (limit: number) =>
    `SELECT account_id FROM setup_codes WHERE expires_at <= :now LIMIT ${limit}`,
}

export class RetentionQueries {
  readonly #deletes
  readonly #more
  readonly #deletesOfRecords
  readonly #moreRecords
  readonly #overTenth

  constructor(connection: Connection) {
    const kinds = Object.entries(expired)
    this.#deletes = kinds.map(([table, rows]) =>
      connection.prepare<Partial<Cutoffs>>(
        `DELETE FROM ${table} WHERE ${rowKeys[table] ?? 'rowid'} IN (${rows(MAX_ROWS_PER_STEP)})`,
      ),
    )
    this.#more = connection
      .prepare<Cutoffs, number>(
        `SELECT ${kinds.map(([, rows]) => `EXISTS (${rows(1)})`).join(' OR ')}`,
      )
      .pluck()
    const records = Object.entries(expiredRecords)
    this.#deletesOfRecords = records.map(([table, rows]) =>
      connection.prepare<Partial<RecordCutoffs>>(
        `DELETE FROM ${table} WHERE rowid IN (${rows(MAX_ROWS_PER_STEP)})`,
      ),
    )
    this.#moreRecords = connection
      .prepare<RecordCutoffs, number>(
        `SELECT ${records.map(([, rows]) => `EXISTS (${rows(1)})`).join(' OR ')}`,
      )
      .pluck()
    // Ids have no gaps, and the newest entry is never deleted.
    this.#overTenth = connection
      .prepare<[number], number>(
        `WITH edges AS MATERIALIZED
           (SELECT (SELECT min(id) FROM entries) AS oldest, (SELECT max(id) FROM entries) AS head)
         SELECT EXISTS (
           SELECT 1 FROM entries
           WHERE id = (SELECT oldest + (head - oldest) / 10 FROM edges)
             AND id < (SELECT head FROM edges) AND sent_at < ?)`,
      )
      .pluck()
  }

  /** Whether more than a tenth of the log was sent before a time, in Unix ms. */
  wouldDeleteOverTenth(before: number): boolean {
    return this.#overTenth.get(before) === 1
  }

  /** @returns whether another step would find work */
  deleteExpired(before: number | undefined, now: number): boolean {
    const cutoffs = { before: before ?? 0, keysBefore: now - KEY_LIFETIME_MS, now }
    for (const statement of this.#deletes) statement.run(cutoffs)
    return this.#more.get(cutoffs) === 1
  }

  /** @returns whether another step would find work */
  deleteRecords(before: number | undefined, now: number): boolean {
    const cutoffs = { before: before ?? 0, now }
    for (const statement of this.#deletesOfRecords) statement.run(cutoffs)
    return this.#moreRecords.get(cutoffs) === 1
  }
}
