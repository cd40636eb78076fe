import { type EntryRow, toEntry } from '../../rows.ts'
import { MAX_SCAN_IDS, MAX_UNDELIVERED, takeEntries } from '../../scan-limits.ts'
import type { Entry, LogBounds, Scan, Undelivered } from '../../store.ts'
import type { Connection } from '../connection.ts'
import { LogBoundsQuery } from './bounds.ts'
import { entryColumns, entryTables, visibleToViewer } from './row-columns.ts'

/** Reads the log in bounded steps. No query stays open between two steps. */
export class EntryReader {
  readonly #bounds
  readonly #scan
  readonly #undeliveredEntries
  readonly #firstUndelivered
  readonly #byId

  constructor(connection: Connection) {
    this.#bounds = new LogBoundsQuery(connection)
    this.#scan = connection.prepare<{ after: number; upTo: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id > :after AND entries.id <= :upTo AND ${visibleToViewer} ORDER BY entries.id`,
    )
    this.#undeliveredEntries = connection.prepare<
      { after: number; upTo: number; viewer: number },
      EntryRow
    >(
      `SELECT ${entryColumns}
       FROM entries INDEXED BY entries_to
       CROSS JOIN accounts AS sender ON sender.id = entries.sender_id
       CROSS JOIN accounts AS recipient ON recipient.id = entries.recipient_id
       WHERE entries.recipient_id = :viewer AND entries.id > :after AND entries.id <= :upTo
       ORDER BY entries.id LIMIT ${MAX_SCAN_IDS}`,
    )
    // Bound through a SELECT, as in Sessions.
    this.#firstUndelivered = connection.prepare<{ viewer: number }, { first: number | null }>(
      `SELECT min(id) AS first FROM (
         SELECT id FROM entries INDEXED BY entries_to
         WHERE recipient_id = (SELECT :viewer) AND id > (SELECT reached FROM accounts WHERE id = :viewer)
         ORDER BY id DESC LIMIT ${MAX_UNDELIVERED})`,
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

  readUndelivered(after: number, upTo: number, viewer: number): Scan {
    const bounds = this.#bounds.read()
    const rows = this.#undeliveredEntries.iterate({ after, upTo, viewer })
    return { bounds, ...takeEntries(rows, upTo, MAX_SCAN_IDS) }
  }

  /** @param bounds of the snapshot that is read */
  undelivered(viewer: number, bounds: LogBounds): Undelivered {
    const first = this.#firstUndelivered.get({ viewer })?.first ?? bounds.head + 1
    return { after: first - 1, upTo: bounds.head, bounds }
  }

  entry(id: number, viewer: number): Entry | undefined {
    const row = this.#byId.get({ id, viewer })
    return row && toEntry(row)
  }
}
