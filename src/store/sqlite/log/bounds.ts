import { cursorResolution, formatEpoch, parseEpoch } from '../../cursor-resolution.ts'
import type { Cursor, CursorResolution, LogBounds } from '../../message-log.ts'
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

export class CursorResolver {
  readonly #nextFirstId
  readonly #newestFirstId

  constructor(connection: Connection) {
    this.#nextFirstId = connection
      .prepare<[number], number>('SELECT first_id FROM epochs WHERE born > ? ORDER BY born LIMIT 1')
      .pluck()
    this.#newestFirstId = connection
      .prepare<[], number>('SELECT first_id FROM epochs ORDER BY born DESC LIMIT 1')
      .pluck()
  }

  /** @param bounds of the snapshot that is read */
  resolve(cursor: Cursor, bounds: LogBounds): CursorResolution {
    return cursorResolution(cursor, bounds, this.#nextEpochStart(cursor.epoch, bounds.epoch))
  }

  /**
   * An epoch that is not stored was lost when the log went back. The log diverged from it where the
   * next stored epoch begins.
   */
  #nextEpochStart(epoch: string | null, current: string): number | undefined {
    if (epoch === null || epoch === current) return undefined
    return this.#nextFirstId.get(parseEpoch(epoch)) ?? this.#newestFirstId.get()
  }
}

/**
 * Adds the epoch of a server's start, which begins at the next id. It is born after every stored
 * epoch, even if the clock has gone back.
 */
export function beginEpoch(connection: Connection, now: number, incarnation: string): void {
  connection
    .prepare(
      `INSERT INTO epochs (born, first_id, incarnation)
       SELECT max(?, coalesce((SELECT max(born) FROM epochs) + 1, 0)),
              coalesce((SELECT max(id) FROM entries), 0) + 1, ?`,
    )
    .run(now, incarnation)
}
