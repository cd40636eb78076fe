import { epochTag } from '../../epoch-tag.ts'
import type { Extent } from '../../store.ts'
import type { Connection } from '../connection.ts'

type Edges = { born: number; oldest: number | null; head: number }

/** The log's edges, read in whatever transaction is open. */
export class LogExtent {
  readonly #edges

  constructor(connection: Connection) {
    this.#edges = connection.prepare<[], Edges>(
      `SELECT (SELECT max(born) FROM epochs) AS born,
              (SELECT min(id) FROM entries) AS oldest,
              coalesce((SELECT max(id) FROM entries), 0) AS head`,
    )
  }

  now(): Extent {
    const { born, oldest, head } = this.#edges.get() as Edges
    return { epoch: epochTag(born), oldest: oldest ?? head + 1, head }
  }
}
