import type { MessageEntry, Scan } from '../../message-log.ts'
import { type EntryRow, toEntry } from '../../rows.ts'
import { MAX_SCAN_IDS, takeEntries } from '../../scan-limits.ts'
import type { Connection } from '../connection.ts'
import { LogBoundsQuery } from './bounds.ts'
import { entryColumns, entryTables, visibleToViewer } from './entry-query.ts'

/** Reads the log in bounded steps. No query stays open between two steps. */
export class EntryReader {
  readonly #bounds
  readonly #scan
  readonly #byId

  constructor(connection: Connection) {
    this.#bounds = new LogBoundsQuery(connection)
    this.#scan = connection.prepare<{ after: number; upTo: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id > :after AND entries.id <= :upTo AND ${visibleToViewer} ORDER BY entries.id`,
    )
    this.#byId = connection.prepare<{ id: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables} WHERE entries.id = :id AND ${visibleToViewer}`,
    )
  }

  read(after: number, viewer: number): Scan {
    const bounds = this.#bounds.read()
    const start = Math.max(after, bounds.oldest - 1)
    const upTo = Math.max(start, Math.min(bounds.head, start + MAX_SCAN_IDS))
    return { bounds, ...takeEntries(this.#scan.iterate({ after: start, upTo, viewer }), upTo) }
  }

  message(id: number, viewer: number): MessageEntry | undefined {
    const row = this.#byId.get({ id, viewer })
    return row && toEntry(row)
  }
}
