import type { RoomRef } from '../../room.ts'
import type * as rows from '../../rows.ts'

/** A row of `entryColumns` from `entryTables`. */
export interface EntryRow {
  id: number
  kind: rows.EntryRow['kind']
  text: string
  sentAt: number
  actorId: number
  actor: string
  targetId: number | null
  target: string | null
  /** Of a message, the one that it replies to; of a change, the message. */
  replyTo: number | null
  metadata: string | null
  /** A JSON array of account ids. */
  mentionIds: string | null
  editedAt: number | null
  deletedAt: number | null
  roomId: number | null
  roomName: string | null
}

export const entryColumns = `
  entries.id, entries.kind, entries.text, entries.sent_at AS sentAt,
  entries.actor_id AS actorId, actor.username AS actor,
  entries.target_id AS targetId, target.username AS target,
  entries.ref_id AS replyTo, entries.metadata, entries.mentions AS mentionIds,
  entries.edited_at AS editedAt, entries.deleted_at AS deletedAt,
  rooms.audience_id AS roomId, rooms.name AS roomName`

/** CROSS JOIN keeps SQLite to this order, so that an index of the entries leads. */
export const entryTables = `
  entries
  CROSS JOIN accounts AS actor ON actor.id = entries.actor_id
  LEFT JOIN accounts AS target ON target.id = entries.target_id
  LEFT JOIN rooms ON rooms.audience_id = entries.audience_id`

export function roomRefOf({ roomId, roomName }: EntryRow): RoomRef | null {
  return roomId === null ? null : { id: roomId, name: roomName as string }
}
