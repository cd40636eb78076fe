import type { MessageEntry, Scan } from '../../message-log.ts'
import { type ChangedMessage, type EntryRow, isChange, toEntry, toMessage } from '../../rows.ts'
import { MAX_SCAN_IDS } from '../../scan-limits.ts'
import type { Pool } from '../pool.ts'
import {
  type EntryAndRoomRow,
  entryColumns,
  entryJoins,
  isMessageChange,
  limitBytes,
  mayReadRoom,
  reactionsTo,
  type ScannedRow,
  scannedTo,
  splitBounds,
  wasMember,
  withBounds,
} from './entry-query.ts'
import { carriedRanges, entryIds, trimmedTo } from './visibility.ts'

/** Of the viewer $1, after the id $2. */
const readQuery = `
  WITH ${carriedRanges('$1::bigint', '$2::bigint', true)},
  carried AS MATERIALIZED (
    SELECT * FROM entries WHERE id = ANY (ARRAY(${entryIds({
      order: 'ASC',
      after: `greatest($2::bigint, ${trimmedTo})`,
      limit: `${MAX_SCAN_IDS}`,
      maxRows: MAX_SCAN_IDS,
    })}))
  ),
  batch AS MATERIALIZED (SELECT * FROM ${limitBytes('carried')}),
  changes AS MATERIALIZED (
    SELECT array_agg(id) AS ids FROM batch AS entries WHERE ${isMessageChange}
  )
  ${withBounds('batch AS entries', {
    viewer: '$1::bigint',
    columns: `entries.next, CASE WHEN entries.nth = 1 THEN (
      SELECT obrol_message_changes(ids, $1::bigint) FROM changes WHERE ids IS NOT NULL
    ) END AS changes`,
  })}`

/** The first has the messages of all changes, by the ids of the changes, if there are any. */
type ReadRow = ScannedRow & { changes: Record<string, ChangedMessage> | null }

export async function readEntries(pool: Pool, after: number, viewer: number): Promise<Scan> {
  const rows = await pool.read((sql) =>
    sql.unsafe<ReadRow[]>(readQuery, [viewer, after], { prepare: true }),
  )
  const { bounds, found } = splitBounds(rows)
  const changes = found[0]?.changes ?? {}
  return {
    bounds,
    entries: found
      .map((row) => ({ ...row, ...changes[row.id] }))
      .filter(isCarried)
      .map((row) => toEntry(row, row.room)),
    scannedTo: scannedTo(found, Math.max(after, bounds.head), MAX_SCAN_IDS),
  }
}

/** Of a deleted message only the deletion is carried, and nothing of one that may not be seen. */
function isCarried({ kind, deletedAt, message }: EntryRow): boolean {
  if (kind === 'message') return deletedAt === null
  if (!isChange(kind)) return true
  return message != null && (kind === 'deleted' || message.deletedAt === null)
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
