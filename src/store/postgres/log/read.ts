import type { MessageEntry, Scan } from '../../message-log.ts'
import { type EntryRow, toEntry } from '../../rows.ts'
import { MAX_SCAN_BYTES, MAX_SCAN_IDS, takeEntries } from '../../scan-limits.ts'
import type { Pool } from '../pool.ts'
import {
  type BoundsAndEntryRow,
  entryColumns,
  limitBytes,
  splitBounds,
  usernameJoins,
  visibleTo,
  withBounds,
} from './entry-query.ts'

const visibleScan = withBounds(limitBytes('visible', `<= ${MAX_SCAN_BYTES}`))

export async function readEntries(pool: Pool, after: number, viewer: number): Promise<Scan> {
  const rows = await pool.read(
    (sql) => sql<BoundsAndEntryRow[]>`
      WITH scanned AS MATERIALIZED (
        SELECT * FROM entries
        WHERE id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
          AND id <= greatest(${after}::bigint, (SELECT up_to FROM trimmed)) + ${MAX_SCAN_IDS}
        ORDER BY id LIMIT ${sql.unsafe(`${MAX_SCAN_IDS}`)}
      ),
      visible AS (SELECT * FROM scanned AS entries WHERE ${visibleTo(sql, viewer)})
      ${sql.unsafe(visibleScan)}`,
  )
  const { bounds, found } = splitBounds(rows)
  const start = Math.max(after, bounds.oldest - 1)
  const upTo = Math.max(start, Math.min(bounds.head, start + MAX_SCAN_IDS))
  return { bounds, ...takeEntries(found, upTo) }
}

/** @returns undefined if there is none, or if the viewer may not see it */
export async function readMessage(
  pool: Pool,
  id: number,
  viewer: number,
): Promise<MessageEntry | undefined> {
  const [row] = await pool.read(
    (sql) => sql<EntryRow[]>`
      SELECT ${sql.unsafe(entryColumns)} FROM entries ${sql.unsafe(usernameJoins)}
      WHERE entries.id = ${id} AND ${visibleTo(sql, viewer)}`,
  )
  return row && toEntry(row)
}
