import type { MessageEntry, Scan } from '../../message-log.ts'
import { MAX_SCAN_IDS, takeEntries } from '../../scan-limits.ts'
import type { Connection } from '../connection.ts'
import { queriesOf } from '../queries-of.ts'
import { LogBoundsQuery } from './bounds.ts'
import { Entries } from './entries.ts'
import { type EntryRow, entryColumns, entryTables } from './entry-query.ts'
import { MessageQueries } from './message-queries.ts'
import { carriedRanges, entryIds, ownChanges } from './visibility.ts'

type ScanParameters = { viewer: number; low: number; high: number; count: number }

/** Reads the log in bounded steps. No query stays open between two steps. */
export class EntryReader {
  readonly #bounds
  readonly #scan
  readonly #entries
  readonly #messages

  constructor(connection: Connection) {
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#entries = queriesOf(Entries, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#scan = connection.prepare<ScanParameters, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id IN (
         SELECT id FROM (${entryIds(carriedRanges)}) UNION ${ownChanges})
       ORDER BY entries.id LIMIT :count`,
    )
  }

  read(after: number, viewer: number): Scan {
    const bounds = this.#bounds.read()
    const low = Math.max(after, bounds.oldest - 1)
    const high = Math.max(low, bounds.head)
    const rows = this.#scan.iterate({ viewer, low, high, count: MAX_SCAN_IDS })
    return { bounds, ...takeEntries(rows, high, MAX_SCAN_IDS, this.#entries.toldTo(viewer)) }
  }

  message(id: number, viewer: number): MessageEntry | undefined {
    const message = this.#messages.visibleTo(viewer, id)
    return message && this.#messages.withReactions(message, viewer)
  }
}
