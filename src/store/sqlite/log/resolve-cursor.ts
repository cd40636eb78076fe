import { cursorResolution } from '../../cursor-resolution.ts'
import { parseEpoch } from '../../epoch-format.ts'
import type { Cursor, CursorResolution, LogBounds } from '../../store.ts'
import type { Connection } from '../connection.ts'

/** Finds where the log forked after a cursor's epoch. */
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

  /** An epoch that is not kept was lost by going back: it forked where the next one kept began. */
  #nextEpochStart(epoch: string | null, current: string): number | undefined {
    if (epoch === null || epoch === current) return undefined
    return this.#nextFirstId.get(parseEpoch(epoch)) ?? this.#newestFirstId.get()
  }
}
