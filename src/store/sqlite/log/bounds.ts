import { formatEpoch } from '../../cursor-resolution.ts'
import type { LogBounds } from '../../message-log.ts'
import type { Connection } from '../connection.ts'

type BoundsRow = { born: number; oldest: number | null; head: number }

/** The log's edges, read in the transaction that is open. */
export class LogBoundsQuery {
  readonly #query

  constructor(connection: Connection) {
    this.#query = connection.prepare<[], BoundsRow>(
      `SELECT (SELECT max(born) FROM epochs) AS born,
              (SELECT min(id) FROM entries) AS oldest,
              coalesce((SELECT max(id) FROM entries), 0) AS head`,
    )
  }

  read(): LogBounds {
    const { born, oldest, head } = this.#query.get() as BoundsRow
    return { epoch: formatEpoch(born), oldest: oldest ?? head + 1, head }
  }
}
