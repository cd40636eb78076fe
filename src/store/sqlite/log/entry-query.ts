import type { Entry, MessageEntry } from '../../message-log.ts'
import type { Room, RoomRef, RoomRole } from '../../room.ts'
import type { LeaveReason } from '../../room-rules.ts'

/** A row of `entryColumns` from `entryTables`. */
export interface EntryRow {
  id: number
  kind: Entry['kind']
  text: string
  sentAt: number
  actorId: number
  actor: string
  targetId: number | null
  target: string | null
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
  const { id, text, sentAt, actorId, actor, targetId, target, roomId } = row
  return {
    kind: 'message',
    id,
    from: { id: actorId, username: actor },
    to: targetId === null ? null : { id: targetId, username: target as string },
    room: roomId === null ? null : roomRefOf(row),
    text,
    sentAt,
  }
}

/** @param roomOf the state of a room; undefined where the viewer may not read it */
export function toEntry(row: EntryRow, roomOf: (id: number) => Room | undefined): Entry {
  const { id, kind, text, actorId, actor, targetId, target, roomId } = row
  if (kind === 'message') return toMessage(row)
  const common = {
    id,
    room: roomOf(roomId as number) ?? roomRefOf(row),
    by: { id: actorId, username: actor },
    hiddenFrom: [],
  }
  if (kind === 'room-updated' || kind === 'room-deleted') return { kind, ...common }
  const role = kind === 'left' ? null : (text as RoomRole)
  const reason = kind === 'left' ? (text as LeaveReason) : null
  const member = { id: targetId as number, username: target as string }
  return { kind, ...common, member, role, reason }
}

function roomRefOf({ roomId, roomName }: EntryRow): RoomRef {
  return { id: roomId as number, name: roomName as string }
}
