import { epochBirth } from '../../epoch-tag.ts'
import { placeCursor } from '../../placement.ts'
import type { Cursor, Extent, Placement } from '../../store.ts'
import type { Connection } from '../connection.ts'

/** Finds where the log forked after a cursor's epoch. */
export class LogPlaces {
  readonly #next
  readonly #newest

  constructor(connection: Connection) {
    this.#next = connection
      .prepare<[number], number>('SELECT first_id FROM epochs WHERE born > ? ORDER BY born LIMIT 1')
      .pluck()
    this.#newest = connection
      .prepare<[], number>('SELECT first_id FROM epochs ORDER BY born DESC LIMIT 1')
      .pluck()
  }

  /** @param extent of the snapshot that is read */
  place(cursor: Cursor, extent: Extent): Placement {
    return placeCursor(cursor, extent, this.#fork(cursor.epoch, extent.epoch))
  }

  /** An epoch that is not kept was lost by going back: it forked where the next one kept began. */
  #fork(epoch: string | null, current: string): number | undefined {
    if (epoch === null || epoch === current) return undefined
    return this.#next.get(epochBirth(epoch)) ?? this.#newest.get()
  }
}
