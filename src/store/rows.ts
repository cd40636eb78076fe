import type { Entry, MessageEntry } from './message-log.ts'
import type { Room, RoomRef, RoomRole } from './room.ts'
import type { LeaveReason } from './room-rules.ts'
import type { Session } from './session-store.ts'

/** A row of a query for entries, joined with the names of the people. */
export interface EntryRow {
  id: number
  kind: Entry['kind']
  text: string
  sentAt: number
  actorId: number
  actor: string
  targetId: number | null
  target: string | null
}

/**
 * @param row of a message
 * @param room null unless it was sent to a room
 */
export function toMessage(row: Omit<EntryRow, 'kind'>, room: RoomRef | null): MessageEntry {
  const { id, text, sentAt, actorId, actor, targetId, target } = row
  return {
    kind: 'message',
    id,
    from: { id: actorId, username: actor },
    to: targetId === null ? null : { id: targetId, username: target as string },
    room,
    text,
    sentAt,
  }
}

/** @param room as it is told to the viewer; null for a message that was not sent to one */
export function toEntry(row: EntryRow, room: Room | RoomRef | null): Entry {
  const { kind, id, text, actorId, actor, targetId, target } = row
  if (kind === 'message') return toMessage(row, room && { id: room.id, name: room.name })
  const by = { id: actorId, username: actor }
  const common = { id, room: room as RoomRef, by, hiddenFrom: [] }
  if (kind === 'room-updated' || kind === 'room-deleted') return { kind, ...common }
  const role = kind === 'left' ? null : (text as RoomRole)
  const reason = kind === 'left' ? (text as LeaveReason) : null
  const member = { id: targetId as number, username: target as string }
  return { kind, ...common, member, role, reason }
}

/** A row of a query for sessions, joined with the account. */
export interface SessionRow {
  id: number
  createdAt: number
  expiresAt: number
  accountId: number
  username: string
  accountCreatedAt: number
}

export function toSession(row: SessionRow): Session {
  const { id, createdAt, expiresAt, accountId, username, accountCreatedAt } = row
  return {
    id,
    account: { id: accountId, username, createdAt: accountCreatedAt },
    createdAt,
    expiresAt,
  }
}
