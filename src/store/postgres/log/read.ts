import type { MessageEntry, Scan } from '../../message-log.ts'
import { toEntry, toMessage } from '../../rows.ts'
import { MAX_SCAN_BYTES, MAX_SCAN_IDS, takeEntries } from '../../scan-limits.ts'
import type { Pool } from '../pool.ts'
import { carriedRanges, mergedIds, trimmedTo } from './carried-ranges.ts'
import {
  type BoundsAndEntryRow,
  type EntryAndRoomRow,
  entryColumns,
  entryJoins,
  isMember,
  limitBytes,
  splitBounds,
  withBounds,
} from './entry-query.ts'

/** Of the viewer $1, after the id $2. */
const readQuery = `
  WITH ${carriedRanges('$1::bigint', '$2::bigint', true)},
  carried AS MATERIALIZED (
    SELECT * FROM entries WHERE id = ANY (ARRAY(${mergedIds({
      order: 'ASC',
      after: `greatest($2::bigint, ${trimmedTo})`,
      limit: `${MAX_SCAN_IDS}`,
      maxRows: MAX_SCAN_IDS,
    })}))
  )
  ${withBounds(limitBytes('carried', `<= ${MAX_SCAN_BYTES}`), { viewer: '$1::bigint' })}`

export async function readEntries(pool: Pool, after: number, viewer: number): Promise<Scan> {
  const rows = await pool.read((sql) =>
    sql.unsafe<BoundsAndEntryRow[]>(readQuery, [viewer, after], { prepare: true }),
  )
  const { bounds, found } = splitBounds(rows)
  return {
    bounds,
    ...takeEntries(found, Math.max(after, bounds.head), MAX_SCAN_IDS, (row) =>
      toEntry(row, row.room),
    ),
  }
}

/** Of the id $1, where the viewer $2 may see it. */
const messageQuery = `
  SELECT ${entryColumns} FROM (
    SELECT * FROM entries WHERE id = $1::bigint AND kind = 'message' LIMIT 1
  ) AS entries ${entryJoins()}
  WHERE CASE
    WHEN entries.audience_id = 1 THEN true
    WHEN entries.target_id IS NOT NULL THEN $2::bigint IN (entries.actor_id, entries.target_id)
    ELSE (
      SELECT rooms.deleted_id IS NULL
        AND (rooms.access = 'open' OR ${isMember('$2::bigint', 'rooms.audience_id')})
        AND (rooms.history = 'all' OR (
          SELECT true FROM members
          WHERE members.account_id = $2::bigint AND members.audience_id = rooms.audience_id
            AND joined_id <= entries.id AND coalesce(left_id, entries.id) >= entries.id
          ORDER BY joined_id DESC LIMIT 1))
      FROM rooms WHERE rooms.audience_id = entries.audience_id LIMIT 1)
  END`

/** @returns undefined if there is none, or if the viewer may not see it */
export async function readMessage(
  pool: Pool,
  id: number,
  viewer: number,
): Promise<MessageEntry | undefined> {
  const [row] = await pool.read((sql) =>
    sql.unsafe<EntryAndRoomRow[]>(messageQuery, [id, viewer], { prepare: true }),
  )
  return row && toMessage(row, row.room)
}
