import { toMessage } from '../chat/messages.ts'
import { toRoom } from '../chat/rooms.ts'
import type { Entry, MembershipEntry, MessageEntry, RoomEntry } from '../store/message-log.ts'
import type { Room, RoomRef } from '../store/room.ts'
import { formatCursor } from './cursor.ts'
import { type Audience, accountAudience, EncodedEvent, everyone } from './encoded-event.ts'
import { formatEvent } from './sse-events.ts'

/** An entry of the log, as its readers get it. */
export interface EncodedEntry {
  id: number
  /** At most one of them is for the same reader. */
  events: readonly EncodedEvent[]
  change: MembersChange | null
}

/** How an entry changes who is a member of its room; `room-deleted` leaves nobody. */
export type MembersChange =
  | { kind: 'joined'; id: number; room: number; account: number }
  | { kind: 'left'; id: number; room: number; account: number }
  | { kind: 'room-deleted'; id: number; room: number }

/**
 * @param epoch left out for an undelivered message to a reader without a cursor: the event then has
 *   no id, because the messages between it and the one before were not written
 */
export function encodeEntry(entry: Entry, epoch?: string): EncodedEntry {
  const cursor = epoch === undefined ? undefined : formatCursor(entry.id, epoch)
  if (entry.kind === 'message') return encodeMessage(entry, cursor)
  if (entry.kind === 'room-deleted') return encodeDeletion(entry, cursor)
  const { id, room } = entry
  const events = isReadable(room) ? [membersEvent(entry, room, cursor)] : []
  if (entry.kind !== 'joined' && entry.kind !== 'left') return { id, events, change: null }
  const { kind, member } = entry as MembershipEntry & { kind: 'joined' | 'left' }
  return {
    id,
    events: [...events, ownEvent(entry, cursor)],
    change: { kind, id, room: room.id, account: member.id },
  }
}

/** What an account gets of an entry that its streams carry. */
export function eventFor({ events }: EncodedEntry, account: number): EncodedEvent {
  const own = events.find(({ audiences }) => audiences.includes(accountAudience(account)))
  return own ?? (events[0] as EncodedEvent)
}

function encodeMessage(entry: MessageEntry, cursor: string | undefined): EncodedEntry {
  const { id, to } = entry
  const text = formatEvent('message', toMessage(entry), cursor)
  const event = new EncodedEvent(id, audiencesOf(entry), text, { to: to?.id ?? 0 })
  return { id, events: [event], change: null }
}

function audiencesOf({ from, to, room }: MessageEntry): Audience[] {
  if (room) return [room.id]
  if (to === null) return [everyone]
  const sender = accountAudience(from.id)
  return from.id === to.id ? [sender] : [sender, accountAudience(to.id)]
}

function encodeDeletion({ id, room }: RoomEntry, cursor: string | undefined): EncodedEntry {
  const text = formatEvent('room.deleted', { room: room.name }, cursor)
  return {
    id,
    events: [new EncodedEvent(id, [room.id], text)],
    change: { kind: 'room-deleted', id, room: room.id },
  }
}

/** What the one who joins or leaves gets. */
function ownEvent(entry: MembershipEntry, cursor: string | undefined): EncodedEvent {
  const { kind, id, room, by, member, role, reason, hiddenFrom } = entry
  const encode = () => {
    if (kind === 'left')
      return formatEvent('room.left', { room: room.name, by: by.username, reason }, cursor)
    const mayRead = isReadable(room) && !hiddenFrom.includes(member.id)
    const view = mayRead ? toRoom(room) : { name: room.name }
    return formatEvent('room.joined', { room: view, role, by: by.username }, cursor)
  }
  const joins = kind === 'joined' ? room.id : 0
  const audiences = [accountAudience(member.id)]
  return new EncodedEvent(id, audiences, { maxBytes: maxBytesOf(room), encode }, { joins })
}

/** What the members get, but not the one who joins or leaves. */
function membersEvent(
  entry: MembershipEntry | RoomEntry,
  room: Room,
  cursor: string | undefined,
): EncodedEvent {
  const { id, kind, hiddenFrom } = entry
  const encode = () => {
    if (!('member' in entry)) return formatEvent('room.updated', toRoom(room), cursor)
    const { member, role, by } = entry
    const name = kind === 'role-changed' ? 'member.updated' : `member.${kind}`
    const data = {
      room: room.name,
      username: member.username,
      role: role ?? undefined,
      by: by.username,
      memberCount: room.memberCount,
    }
    return formatEvent(name, data, cursor)
  }
  return new EncodedEvent(id, [room.id], { maxBytes: maxBytesOf(room), encode }, { hiddenFrom })
}

/** Whether anybody may read it in the snapshot that it is from. */
function isReadable(room: Room | RoomRef): room is Room {
  return 'access' in room
}

/** A UTF-16 unit takes at most six bytes, as an escape. Names, times and numbers fit into the rest. */
function maxBytesOf(room: Room | RoomRef): number {
  return 1024 + (isReadable(room) ? 6 * (room.title.length + room.topic.length) : 0)
}
