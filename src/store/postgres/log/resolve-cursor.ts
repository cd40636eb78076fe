import { cursorResolution, parseEpoch } from '../../cursor-resolution.ts'
import type { Cursor, CursorResolution } from '../../message-log.ts'
import type { Pool } from '../pool.ts'
import { beginEpoch } from './begin-epoch.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'

type Row = BoundsRow & {
  epochIsCurrent: boolean
  nextFirstId: number | null
  newestFirstId: number
}

/** Finds the first id of the epoch after the cursor's, from which the log may differ. */
export async function resolveCursor(pool: Pool, cursor: Cursor): Promise<CursorResolution> {
  // A bare id counts as of the current epoch, and no epoch is newer.
  const born = cursor.epoch === null ? null : parseEpoch(cursor.epoch)
  const [row] = await pool.read(
    (sql) => sql<Row[]>`
      SELECT ${sql.unsafe(boundsColumns)},
        (SELECT incarnation FROM epochs ORDER BY born DESC LIMIT 1) = obrol_incarnation() AS "epochIsCurrent",
        (SELECT first_id FROM epochs WHERE born > ${born}::bigint ORDER BY born LIMIT 1) AS "nextFirstId",
        (SELECT first_id FROM epochs ORDER BY born DESC LIMIT 1) AS "newestFirstId"`,
  )
  const { epochIsCurrent, nextFirstId, newestFirstId, ...boundsRow } = row as Row
  if (!epochIsCurrent) {
    await pool.write(beginEpoch)
    return resolveCursor(pool, cursor)
  }
  const bounds = toLogBounds(boundsRow)
  const current = cursor.epoch === null || cursor.epoch === bounds.epoch
  // An epoch that is missing was lost with a restored backup: the log differs from the next one on.
  return cursorResolution(cursor, bounds, current ? undefined : (nextFirstId ?? newestFirstId))
}
