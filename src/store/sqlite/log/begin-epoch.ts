import type { Connection } from '../connection.ts'

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
