import { formatEpoch } from '../../epoch-format.ts'
import type { LogBounds } from '../../store.ts'
import type { Connection } from '../connection.ts'

type BoundsRow = { born: number; oldest: number | null; head: number }

/** The log's edges, read in whatever transaction is open. */
export class LogBoundsQuery {
  readonly #query
  readonly #wouldDeleteOverTenth

  constructor(connection: Connection) {
    this.#query = connection.prepare<[], BoundsRow>(
      `SELECT (SELECT max(born) FROM epochs) AS born,
              (SELECT min(id) FROM entries) AS oldest,
              coalesce((SELECT max(id) FROM entries), 0) AS head`,
    )
    // Ids have no gaps, and the newest entry is never dropped.
    this.#wouldDeleteOverTenth = connection
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
    return this.#wouldDeleteOverTenth.get(before) === 1
  }

  read(): LogBounds {
    const { born, oldest, head } = this.#query.get() as BoundsRow
    return { epoch: formatEpoch(born), oldest: oldest ?? head + 1, head }
  }
}
