import { toMessage } from '../chat/messages.ts'
import { toRoom, toRoomView } from '../chat/rooms.ts'
import type {
  Entry,
  MembershipEntry,
  MessageChangeEntry,
  MessageEntry,
  ReactionEntry,
  RoomEntry,
} from '../store/message-log.ts'
import type { Room, RoomRef, RoomRole } from '../store/room.ts'
import { formatCursor } from './cursor.ts'
import { type Audience, accountAudience, EncodedEvent, everyone } from './encoded-event.ts'
import type { EventName } from './event-names.ts'
import { formatEvent } from './sse-events.ts'

/** An entry of the log, as its readers get it. */
export interface EncodedEntry {
  id: number
  kind: Entry['kind']
  /** The id of the message that it is, or changes; 0 for an entry that only concerns a room. */
  message: number
  /** At most one of them is for the same reader. None: the entry is passed over. */
  events: readonly EncodedEvent[]
  change: MembersChange | null
}

/** What everyone of its audience gets of an entry, by its kind. */
const eventNames = {
  message: 'message',
  edited: 'message.updated',
  deleted: 'message.deleted',
  'reaction-added': 'reaction.added',
  'reaction-removed': 'reaction.removed',
  joined: 'member.joined',
  left: 'member.left',
  'role-changed': 'member.updated',
  'room-updated': 'room.updated',
  'room-deleted': 'room.deleted',
} as const satisfies Record<Entry['kind'], EventName>

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
  if ('message' in entry) return encodeChange(entry, cursor)
  if (entry.kind === 'room-deleted') return encodeRoomDeletion(entry, cursor)
  const { id, kind, room } = entry
  const events = isReadable(room) ? [membersEvent(entry, room, cursor)] : []
  if (kind !== 'joined' && kind !== 'left') return { id, kind, message: 0, events, change: null }
  const { member } = entry as MembershipEntry
  return {
    id,
    kind,
    message: 0,
    events: [...events, ownEvent(entry, cursor)],
    change: { kind, id, room: room.id, account: member.id },
  }
}

/** What an account gets of an entry that its streams carry. */
export function eventFor({ events }: EncodedEntry, account: number): EncodedEvent | undefined {
  const own = events.find(({ audiences }) => audiences.includes(accountAudience(account)))
  return own ?? events[0]
}

/**
 * What is told of an entry after a later change of its message: nothing once the message is deleted, else
 * the message as it is now. That is only for who may read it now, too.
 */
export function retell(
  entry: EncodedEntry,
  change: MessageChangeEntry,
  epoch: string,
): EncodedEntry {
  const { id, kind, events } = entry
  const { message } = change
  if (change.kind === 'deleted' || message.deletedAt !== undefined) return { ...entry, events: [] }
  const [event] = events
  if (event === undefined || (kind !== 'message' && kind !== 'edited')) return entry
  const hiddenFrom = [...new Set([...event.hiddenFrom, ...change.hiddenFrom])]
  return {
    ...entry,
    events: [textEvent({ id, kind, hiddenFrom }, message, formatCursor(id, epoch))],
  }
}

function encodeMessage(entry: MessageEntry, cursor: string | undefined): EncodedEntry {
  const { id, kind, to, deletedAt, hiddenFrom } = entry
  if (deletedAt !== undefined) return { id, kind, message: id, events: [], change: null }
  const text = formatEvent('message', toMessage(entry), cursor)
  const options = { message: id, to: to?.id ?? 0, hiddenFrom }
  const event = new EncodedEvent(id, 'message', audiencesOf(entry), text, options)
  return { id, kind, message: id, events: [event], change: null }
}

function encodeChange(
  entry: MessageChangeEntry | ReactionEntry,
  cursor: string | undefined,
): EncodedEntry {
  const { id, kind, message } = entry
  const isTold = kind === 'deleted' || message.deletedAt === undefined
  const events = isTold ? [changeEvent(entry, cursor)] : []
  return { id, kind, message: message.id, events, change: null }
}

function changeEvent(
  entry: MessageChangeEntry | ReactionEntry,
  cursor: string | undefined,
): EncodedEvent {
  if (entry.kind === 'edited') return textEvent(entry, entry.message, cursor)
  const { id, message, by, hiddenFrom } = entry
  const name = eventNames[entry.kind]
  const data = 'emoji' in entry ? toReaction(entry) : { ...toMessage(message), by: by.username }
  const options = { message: message.id, hiddenFrom }
  return new EncodedEvent(id, name, audiencesOf(message), formatEvent(name, data, cursor), options)
}

function toReaction({ message, by, emoji, count }: ReactionEntry) {
  const room = message.room?.name
  return { messageId: message.id, room, by: by.username, emoji, count }
}

/** A message, or an edit of it, with the text that it has now. */
function textEvent(
  { id, kind, hiddenFrom }: Pick<EncodedEntry, 'id' | 'kind'> & { hiddenFrom: readonly number[] },
  message: MessageEntry,
  cursor: string | undefined,
): EncodedEvent {
  const name = eventNames[kind]
  const encode = () => formatEvent(name, toMessage(message), cursor)
  const maxBytes = 4096 + maxBytesOf(message.text, message.metadata)
  const to = kind === 'message' ? message.to?.id : undefined
  const options = { message: message.id, to, hiddenFrom }
  return new EncodedEvent(id, name, audiencesOf(message), { maxBytes, encode }, options)
}

function audiencesOf({ from, to, room }: MessageEntry): Audience[] {
  if (room) return [room.id]
  if (to === null) return [everyone]
  const sender = accountAudience(from.id)
  return from.id === to.id ? [sender] : [sender, accountAudience(to.id)]
}

function encodeRoomDeletion(
  { id, kind, room }: RoomEntry,
  cursor: string | undefined,
): EncodedEntry {
  const text = formatEvent('room.deleted', { room: room.name }, cursor)
  return {
    id,
    kind,
    message: 0,
    events: [new EncodedEvent(id, 'room.deleted', [room.id], text)],
    change: { kind: 'room-deleted', id, room: room.id },
  }
}

/** What the one who joins or leaves gets. */
function ownEvent(entry: MembershipEntry, cursor: string | undefined): EncodedEvent {
  const { kind, id, at, room, by, member, role, reason, hiddenFrom } = entry
  const name = kind === 'left' ? 'room.left' : 'room.joined'
  const encode = () => {
    if (kind === 'left')
      return formatEvent(name, { room: room.name, by: by.username, reason }, cursor)
    const mayRead = isReadable(room) && !hiddenFrom.includes(member.id)
    const membership = { role: role as RoomRole, joinedAt: at }
    const view = mayRead ? toRoomView({ room, membership }) : { name: room.name }
    return formatEvent(name, { room: view, role, by: by.username }, cursor)
  }
  const joins = kind === 'joined' ? room.id : 0
  const audiences = [accountAudience(member.id)]
  const encoded = { maxBytes: maxBytesOfRoom(room), encode }
  return new EncodedEvent(id, name, audiences, encoded, { joins })
}

/** What the members get, but not the one who joins or leaves. */
function membersEvent(
  entry: MembershipEntry | RoomEntry,
  room: Room,
  cursor: string | undefined,
): EncodedEvent {
  const { id, kind, hiddenFrom } = entry
  const name = eventNames[kind]
  const encode = () => {
    if (!('member' in entry)) return formatEvent(name, toRoom(room), cursor)
    const { member, role, by } = entry
    const data = {
      room: room.name,
      username: member.username,
      role: role ?? undefined,
      by: by.username,
      memberCount: room.memberCount,
    }
    return formatEvent(name, data, cursor)
  }
  const encoded = { maxBytes: maxBytesOfRoom(room), encode }
  return new EncodedEvent(id, name, [room.id], encoded, { hiddenFrom })
}

/** Whether anybody may read it in the snapshot that it is from. */
function isReadable(room: Room | RoomRef): room is Room {
  return 'access' in room
}

/** Names, times and ids fit into what is added. */
function maxBytesOfRoom(room: Room | RoomRef): number {
  return 1024 + (isReadable(room) ? maxBytesOf(room.title, room.topic) : 0)
}

/** A UTF-16 unit takes at most six bytes: as an escape, or as a digit of a number such as 1e20, written out. */
function maxBytesOf(...texts: readonly (string | undefined)[]): number {
  return texts.reduce((sum, text = '') => sum + 6 * text.length, 0)
}
