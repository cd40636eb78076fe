import { epochTag } from '../../epoch-tag.ts'
import type { Extent } from '../../store.ts'
import type { Connection } from '../connection.ts'

type Edges = { born: number; oldest: number | null; head: number }

/** The log's edges, read in whatever transaction is open. */
export class LogExtent {
  readonly #edges
  readonly #dropsOverTenth

  constructor(connection: Connection) {
    this.#edges = connection.prepare<[], Edges>(
      `SELECT (SELECT max(born) FROM epochs) AS born,
              (SELECT min(id) FROM entries) AS oldest,
              coalesce((SELECT max(id) FROM entries), 0) AS head`,
    )
    // Ids have no gaps, and the newest entry is never dropped.
    this.#dropsOverTenth = connection
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
  dropsOverTenth(before: number): boolean {
    return this.#dropsOverTenth.get(before) === 1
  }

  now(): Extent {
    const { born, oldest, head } = this.#edges.get() as Edges
    return { epoch: epochTag(born), oldest: oldest ?? head + 1, head }
  }
}
