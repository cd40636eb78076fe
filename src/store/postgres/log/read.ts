import type { MessageEntry, Scan } from '../../message-log.ts'
import { isChange, toEntry, toMessage } from '../../rows.ts'
import { MAX_SCAN_IDS } from '../../scan-limits.ts'
import type { Pool } from '../pool.ts'
import { carriedRanges, mergedIds, trimmedTo } from './carried-ranges.ts'
import {
  changedMessageJson,
  type EntryAndRoomRow,
  entryColumns,
  entryJoins,
  isMessageChange,
  limitBytes,
  mayReadRoom,
  reactionCount,
  reactionCounts,
  reactionsTo,
  type ScannedRow,
  scannedTo,
  splitBounds,
  wasMember,
  withBounds,
} from './entry-query.ts'

/** The message of a change of `entries`, where $1 may see it: a history `since-joined` may not have it. */
const changedMessage = `
  LEFT JOIN LATERAL (
    SELECT ${changedMessageJson} AS message FROM entries AS said
    WHERE said.id = entries.ref_id AND ${isMessageChange} AND (
      (
        SELECT rooms.history FROM rooms WHERE rooms.audience_id = entries.audience_id LIMIT 1
      ) IS DISTINCT FROM 'since-joined'
      OR ${wasMember('$1::bigint', 'entries.audience_id', 'said.id')})
    LIMIT 1
  ) AS changed ON true`

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
  ),
  ${reactionCounts('carried')}
  ${withBounds(limitBytes('carried'), {
    viewer: '$1::bigint',
    columns: 'entries.next, changed.message, reaction_counts.count',
    joins: changedMessage + reactionCount,
  })}`

export async function readEntries(pool: Pool, after: number, viewer: number): Promise<Scan> {
  const rows = await pool.read((sql) =>
    sql.unsafe<ScannedRow[]>(readQuery, [viewer, after], { prepare: true }),
  )
  const { bounds, found } = splitBounds(rows)
  return {
    bounds,
    entries: found.filter(isCarried).map((row) => toEntry(row, row.room)),
    scannedTo: scannedTo(found, Math.max(after, bounds.head), MAX_SCAN_IDS),
  }
}

/** Of a deleted message only the deletion is carried, and nothing of one that may not be seen. */
function isCarried({ kind, deletedAt, message }: ScannedRow): boolean {
  if (kind === 'message') return deletedAt === null
  if (!isChange(kind)) return true
  return message !== null && (kind === 'deleted' || message?.deletedAt === null)
}

/** Whether an account, of which `viewer` is an expression, may see the message `entries`. */
export function maySeeMessage(viewer: string): string {
  return `CASE
    WHEN entries.audience_id = 1 THEN true
    WHEN entries.target_id IS NOT NULL THEN ${viewer} IN (entries.actor_id, entries.target_id)
    ELSE (
      SELECT ${mayReadRoom(viewer)}
        AND (rooms.history = 'all' OR ${wasMember(viewer, 'rooms.audience_id', 'entries.id')})
      FROM rooms WHERE rooms.audience_id = entries.audience_id LIMIT 1)
  END`
}

/** Of the id $1, where the viewer $2 may see it. */
const messageQuery = `
  SELECT ${entryColumns}, ${reactionsTo('$2::bigint')} AS reactions FROM (
    SELECT * FROM entries WHERE id = $1::bigint AND kind = 'message' LIMIT 1
  ) AS entries ${entryJoins()}
  WHERE ${maySeeMessage('$2::bigint')}`

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
