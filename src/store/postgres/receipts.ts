import { parseEpoch } from '../cursor-resolution.ts'
import type { Scan } from '../message-log.ts'
import type { DeliveryReceipt, Undelivered } from '../receipt-store.ts'
import { toMessage } from '../rows.ts'
import { MAX_SCAN_IDS, MAX_UNDELIVERED } from '../scan-limits.ts'
import { toArrayLiteral } from './connection.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './log/bounds.ts'
import {
  limitBytes,
  reactionsTo,
  type ScannedRow,
  scannedTo,
  splitBounds,
  withBounds,
} from './log/entry-query.ts'
import type { Pool } from './pool.ts'

/** One account twice, for the index of kept messages alone: see `messageIds`. */
const accountArray = (account: number) => toArrayLiteral([account, account])

const isKept = "kind = 'message' AND target_id IS NOT NULL AND deleted_at IS NULL"

const undeliveredScan = withBounds(limitBytes('undelivered'), {
  columns: `entries.next, ${reactionsTo('entries.target_id')} AS reactions`,
})

export async function readUndelivered(
  pool: Pool,
  after: number,
  upTo: number,
  viewer: number,
): Promise<Scan> {
  const rows = await pool.read(
    (sql) => sql<ScannedRow[]>`
      WITH undelivered AS MATERIALIZED (
        SELECT * FROM entries
        WHERE ${sql.unsafe(isKept)}
          AND target_id = ANY (${accountArray(viewer)}::bigint[])
          AND id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
          AND id <= ${upTo}::bigint
        ORDER BY target_id, id LIMIT ${sql.unsafe(`${MAX_SCAN_IDS}`)}
      )
      ${sql.unsafe(undeliveredScan)}`,
  )
  const { bounds, found } = splitBounds(rows)
  return {
    bounds,
    entries: found.map((row) => toMessage(row, null)),
    scannedTo: scannedTo(found, upTo, MAX_SCAN_IDS),
  }
}

/** The range of ids that `readUndelivered` reads for a viewer. */
export async function findUndelivered(pool: Pool, viewer: number): Promise<Undelivered> {
  const [row] = await pool.read(
    (sql) => sql<(BoundsRow & { first: number | null })[]>`
      SELECT ${sql.unsafe(boundsColumns)}, (
        SELECT min(id) FROM (
          SELECT id FROM entries
          WHERE ${sql.unsafe(isKept)}
            AND target_id = ANY (${accountArray(viewer)}::bigint[])
            AND id > (
              SELECT greatest(reached, up_to) FROM accounts, trimmed
              WHERE accounts.id = ${viewer}::bigint)
          ORDER BY target_id DESC, id DESC LIMIT ${sql.unsafe(`${MAX_UNDELIVERED}`)}) AS newest
      ) AS first`,
  )
  const { first, ...boundsRow } = row as BoundsRow & { first: number | null }
  const bounds = toLogBounds(boundsRow)
  return { after: (first ?? bounds.head + 1) - 1, upTo: bounds.head, bounds }
}

/** Does nothing where the log has another epoch by now, or where no receipt is new. */
export async function markDelivered(
  pool: Pool,
  receipts: readonly DeliveryReceipt[],
  epoch: string,
): Promise<void> {
  const list = receipts.map(({ account, id }) => ({ account, id }))
  await pool.write(
    (sql) => sql`SELECT obrol_reach(${sql.json(list)}, ${parseEpoch(epoch)}::bigint)`,
  )
}
