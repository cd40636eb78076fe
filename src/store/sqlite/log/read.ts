import type { MessageEntry, Scan } from '../../message-log.ts'
import { MAX_SCAN_IDS, takeEntries } from '../../scan-limits.ts'
import type { Connection } from '../connection.ts'
import { RoomStates } from '../rooms/room-states.ts'
import { LogBoundsQuery } from './bounds.ts'
import { type EntryRow, entryColumns, entryTables, toEntry, toMessage } from './entry-query.ts'
import { carriedRanges, mayReadMessage, mergedIds, ownChanges } from './visibility.ts'

type ScanParameters = { viewer: number; low: number; high: number; count: number }

/** Reads the log in bounded steps. No query stays open between two steps. */
export class EntryReader {
  readonly #bounds
  readonly #scan
  readonly #byId
  readonly #rooms

  constructor(connection: Connection) {
    this.#bounds = new LogBoundsQuery(connection)
    this.#rooms = new RoomStates(connection)
    this.#scan = connection.prepare<ScanParameters, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id IN (
         SELECT id FROM (${mergedIds(carriedRanges, 'ASC')}) UNION ${ownChanges})
       ORDER BY entries.id LIMIT :count`,
    )
    this.#byId = connection.prepare<{ id: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id = :id AND entries.kind = 'message' AND ${mayReadMessage}`,
    )
  }

  read(after: number, viewer: number): Scan {
    const bounds = this.#bounds.read()
    const low = Math.max(after, bounds.oldest - 1)
    const high = Math.max(low, bounds.head)
    const rows = this.#scan.iterate({ viewer, low, high, count: MAX_SCAN_IDS })
    const roomOf = this.#rooms.readableBy(viewer)
    const entryOf = (row: EntryRow) => toEntry(row, roomOf)
    return { bounds, ...takeEntries(rows, high, MAX_SCAN_IDS, entryOf) }
  }

  message(id: number, viewer: number): MessageEntry | undefined {
    const row = this.#byId.get({ id, viewer })
    return row && toMessage(row)
  }
}
