import type { Entry, MessageEntry } from '../../message-log.ts'
import type { Room, RoomRef } from '../../room.ts'
import * as rows from '../../rows.ts'

/** A row of `entryColumns` from `entryTables`. */
export interface EntryRow extends rows.EntryRow {
  roomId: number | null
  roomName: string | null
}

export const entryColumns = `
  entries.id, entries.kind, entries.text, entries.sent_at AS sentAt,
  entries.actor_id AS actorId, actor.username AS actor,
  entries.target_id AS targetId, target.username AS target,
  rooms.audience_id AS roomId, rooms.name AS roomName`

/** CROSS JOIN keeps SQLite to this order, so that an index of the entries leads. */
export const entryTables = `
  entries
  CROSS JOIN accounts AS actor ON actor.id = entries.actor_id
  LEFT JOIN accounts AS target ON target.id = entries.target_id
  LEFT JOIN rooms ON rooms.audience_id = entries.audience_id`

/** @param row of a message */
export function toMessage(row: EntryRow): MessageEntry {
  return rows.toMessage(row, roomRefOf(row))
}

/** @param roomOf the state of a room; undefined where the viewer may not read it */
export function toEntry(row: EntryRow, roomOf: (id: number) => Room | undefined): Entry {
  const room = row.kind === 'message' ? undefined : roomOf(row.roomId as number)
  return rows.toEntry(row, room ?? roomRefOf(row))
}

function roomRefOf({ roomId, roomName }: EntryRow): RoomRef | null {
  return roomId === null ? null : { id: roomId, name: roomName as string }
}
