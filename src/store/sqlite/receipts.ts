import type { LogBounds, Scan } from '../message-log.ts'
import type { DeliveryReceipt, Undelivered } from '../receipt-store.ts'
import { MAX_SCAN_IDS, MAX_UNDELIVERED, takeEntries } from '../scan-limits.ts'
import type { Connection } from './connection.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { type EntryRow, entryColumns, entryTables } from './log/entry-query.ts'
import { MessageQueries } from './log/message-queries.ts'
import { queriesOf } from './queries-of.ts'

/** The direct messages that none of their recipient's streams has received. */
export class ReceiptQueries {
  readonly #bounds
  readonly #entries
  readonly #first
  readonly #record
  readonly #messages

  constructor(connection: Connection) {
    this.#bounds = queriesOf(LogBoundsQuery, connection)
    this.#messages = queriesOf(MessageQueries, connection)
    this.#entries = connection.prepare<{ after: number; upTo: number; viewer: number }, EntryRow>(
      `SELECT ${entryColumns} FROM ${entryTables}
       WHERE entries.id IN (
         SELECT id FROM entries INDEXED BY entries_kept
         WHERE kind = 'message' AND target_id = :viewer AND deleted_at IS NULL
           AND id > :after AND id <= :upTo
         ORDER BY id LIMIT ${MAX_SCAN_IDS})
       ORDER BY entries.id`,
    )
    // Bound through a SELECT, as in SessionQueries.
    this.#first = connection.prepare<{ viewer: number }, { first: number | null }>(
      `SELECT min(id) AS first FROM (
         SELECT id FROM entries INDEXED BY entries_kept
         WHERE kind = 'message' AND target_id = (SELECT :viewer) AND deleted_at IS NULL
           AND id > (SELECT reached FROM accounts WHERE id = :viewer)
         ORDER BY id DESC LIMIT ${MAX_UNDELIVERED})`,
    )
    // A client can present any cursor, and a receipt past the head would hide future messages. Most
    // receipts pass no direct message since the last one: they write nothing.
    this.#record = connection.prepare<{ account: number; id: number }>(
      `UPDATE accounts SET reached = min(:id, (SELECT max(id) FROM entries))
       WHERE id = :account AND reached < min(:id, (SELECT max(id) FROM entries))
         AND EXISTS (SELECT 1 FROM entries INDEXED BY entries_kept
                     WHERE kind = 'message' AND target_id = :account AND deleted_at IS NULL
                       AND entries.id > reached AND entries.id <= :id)`,
    )
  }

  read(after: number, upTo: number, viewer: number): Scan {
    const bounds = this.#bounds.read()
    const rows = this.#entries.iterate({ after, upTo, viewer })
    const keptOf = (row: EntryRow) =>
      this.#messages.withReactions(this.#messages.ofRow(row), viewer)
    return { bounds, ...takeEntries(rows, upTo, MAX_SCAN_IDS, keptOf) }
  }

  /**
   * The range of ids that `read` reads for a viewer.
   *
   * @param bounds of the snapshot that is read
   */
  range(viewer: number, bounds: LogBounds): Undelivered {
    const first = this.#first.get({ viewer })?.first ?? bounds.head + 1
    return { after: first - 1, upTo: bounds.head, bounds }
  }

  markDelivered(receipts: readonly DeliveryReceipt[]): void {
    for (const { account, id } of receipts) this.#record.run({ account, id })
  }
}
