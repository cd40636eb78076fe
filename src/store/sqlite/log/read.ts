import { type EntryRow, toEntry } from '../../entry-row.ts'
import { gather, KEPT_ENTRIES, SCAN_IDS } from '../../scan.ts'
import type { Entry, Extent, Scan, Unreached } from '../../store.ts'
import type { Connection } from '../connection.ts'
import { LogExtent } from './extent.ts'
import { entryColumns, entryTables, visible } from './rows.ts'

/** Reads the log in bounded steps. No query stays open from one step to the next. */
export class LogReader {
  readonly #extent
  readonly #scan
  readonly #kept
  readonly #unreached
  readonly #one

  constructor(connection: Connection) {
    this.#extent = new LogExtent(connection)
    this.#scan = connection.prepare<{ after: number; upTo: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id > :after AND entries.id <= :upTo AND ${visible} ORDER BY entries.id`,
    )
    this.#kept = connection.prepare<{ after: number; upTo: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns}
       FROM entries INDEXED BY entries_to
       CROSS JOIN accounts AS sender ON sender.id = entries.sender_id
       CROSS JOIN accounts AS recipient ON recipient.id = entries.recipient_id
       WHERE entries.recipient_id = :viewer AND entries.id > :after AND entries.id <= :upTo
       ORDER BY entries.id LIMIT ${SCAN_IDS}`,
    )
    // Bound through a SELECT, as in Sessions: every stream that opens asks this.
    this.#unreached = connection.prepare<{ viewer: number }, { first: number | null }>(
      `SELECT min(id) AS first FROM (
         SELECT id FROM entries INDEXED BY entries_to
         WHERE recipient_id = (SELECT :viewer) AND id > (SELECT reached FROM accounts WHERE id = :viewer)
         ORDER BY id DESC LIMIT ${KEPT_ENTRIES})`,
    )
    this.#one = connection.prepare<{ id: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables} WHERE entries.id = :id AND ${visible}`,
    )
  }

  read(after: number, viewer: number): Scan {
    const extent = this.#extent.now()
    const start = Math.max(after, extent.oldest - 1)
    const upTo = Math.max(start, Math.min(extent.head, start + SCAN_IDS))
    return { extent, ...gather(this.#scan.iterate({ after: start, upTo, viewer }), upTo) }
  }

  readKept(after: number, upTo: number, viewer: number): Scan {
    const extent = this.#extent.now()
    const rows = this.#kept.iterate({ after, upTo, viewer })
    return { extent, ...gather(rows, upTo, SCAN_IDS) }
  }

  /** @param extent of the snapshot that is read */
  unreached(viewer: number, extent: Extent): Unreached {
    const first = this.#unreached.get({ viewer })?.first ?? extent.head + 1
    return { after: first - 1, upTo: extent.head, extent }
  }

  entry(id: number, viewer: number): Entry | undefined {
    const row = this.#one.get({ id, viewer })
    return row && toEntry(row)
  }
}
