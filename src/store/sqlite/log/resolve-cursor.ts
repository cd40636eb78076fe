import { cursorResolution, parseEpoch } from '../../cursor-resolution.ts'
import type { Cursor, CursorResolution, LogBounds } from '../../message-log.ts'
import type { Connection } from '../connection.ts'

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
