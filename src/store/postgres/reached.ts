import { epochBirth } from '../epoch-tag.ts'
import type { Mark } from '../store.ts'
import type { Pool } from './pool.ts'

/** How far each person's streams have come in the log. */
export class ReachedMarks {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /**
   * A client can present any cursor: a mark past the head would hide what is yet to be said. A
   * mark that passes no direct message tells nothing new, and most do: they write nothing. Rows
   * are locked in one order, since two nodes may raise the same ones at once.
   */
  async raise(marks: readonly Mark[], epoch: string): Promise<void> {
    const list = marks.map(({ account, id }) => ({ account, id }))
    await this.#pool.write(
      (sql) => sql`
        WITH due AS (
          SELECT accounts.id, least(marks.id, (SELECT max(id) FROM entries)) AS reached
          FROM jsonb_to_recordset(${sql.json(list)}) AS marks (account bigint, id bigint)
          JOIN accounts ON accounts.id = marks.account
          WHERE (SELECT (born, incarnation) FROM epochs ORDER BY born DESC LIMIT 1)
              = (${epochBirth(epoch)}::bigint, obrol_incarnation())
            AND EXISTS (
              SELECT FROM entries
              WHERE recipient_id = marks.account
                AND entries.id > accounts.reached AND entries.id <= marks.id)
          ORDER BY accounts.id
          FOR NO KEY UPDATE OF accounts
        )
        UPDATE accounts SET reached = due.reached
        FROM due WHERE accounts.id = due.id AND accounts.reached < due.reached`,
    )
  }
}
