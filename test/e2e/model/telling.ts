import { asOf, isOwn, type Log, markerOf, mayEnter, never, stayOf, wasIn } from './model.ts'
import { isKnown } from './people.ts'
import type { Audience, Entry, Message, PageWanted, Room, Said } from './types.ts'

/** What the server says of the log: messages, rooms, events, pages. Each is as of an entry. */

/** Stands for the time of a deletion, which no answer tells. */
export const someTime = 'some time'

/** A message as events and answers to writes tell it; of a deleted one its tombstone. */
export function tell(log: Log, id: number, at = log.head): Message {
  const { versions, deleted } = log.said[id] as Said
  const message = asOf(versions, at)
  const room = log.roomOf(log.entry(id).audience)
  if (deleted > at && (room?.deleted ?? never) > at) return message
  const { text, replyTo, metadata, mentions, editedAt, ...rest } = message
  return { ...rest, text: '', deletedAt: someTime } as Message
}

/** A message as pages and kept messages have it, with its reactions. */
export function tellTo(person: string, log: Log, id: number, at = log.head): Message {
  const message = tell(log, id, at)
  const reactions = reactionsOf(log, id, at).map(({ emoji, by }) => {
    return { emoji, count: by.length, me: by.includes(person), by }
  })
  return reactions.length > 0 ? ({ ...message, reactions } as Message) : message
}

/** Who reacts how; the oldest first. */
function reactionsOf(log: Log, id: number, at: number): { emoji: string; by: string[] }[] {
  const { reactions, deleted } = log.said[id] as Said
  if (deleted <= at) return []
  const standing = new Map<string, { emoji: string; by: string }>()
  for (const { at: since, is } of reactions) {
    if (since > at) break
    const key = `${is.by} ${is.emoji}`
    if (is.stands) standing.set(key, is)
    else standing.delete(key)
  }
  const emojis = new Set([...standing.values()].map(({ emoji }) => emoji))
  return [...emojis].map((emoji) => {
    const those = [...standing.values()].filter((each) => each.emoji === emoji)
    return { emoji, by: those.map(({ by }) => by) }
  })
}

/** Whether someone has reacted so. */
export function hasReacted(log: Log, id: number, emoji: string, person: string): boolean {
  const those = reactionsOf(log, id, log.head).find((each) => each.emoji === emoji)
  return those?.by.includes(person) ?? false
}

/** Whoever a text mentions with `@` and may read what was said with the id. */
export function mentioned(log: Log, text: string, id: number): string[] {
  const names = [...text.matchAll(/@([a-z]+)/g)].map(([, name]) => name as string)
  return [...new Set(names)].filter((name) => isKnown(name) && log.mayRead(name, id))
}

/** A room without anyone's own part. */
function tellRoom(room: Room, at: number): object {
  const { name, history, createdAt } = room
  const memberCount = room.stays.filter((stay) => stay.from <= at && at < stay.to).length
  return { name, ...asOf(room.versions, at), history, createdAt, memberCount }
}

/** A room as someone sees it. */
export function tellRoomTo(person: string, room: Room, at: number): object {
  const stay = stayOf(person, room, at)
  if (!stay) return tellRoom(room, at)
  return { ...tellRoom(room, at), role: asOf(stay.roles, at), joinedAt: stay.joinedAt }
}

/** The event that tells someone an entry, and what it tells a room's readers alone as of `now`. */
export function eventOf(person: string, log: Log, id: number, at = log.head, now = at) {
  const entry = log.entry(id)
  const room = log.roomOf(entry.audience)
  return room && !('about' in entry || entry.kind === 'message')
    ? roomEvent(person, entry, room, id, { at, now })
    : messageEvent(log, entry, id, at)
}

function messageEvent(log: Log, entry: Entry, id: number, at: number) {
  const { by } = entry
  const room = log.roomOf(entry.audience)?.name
  switch (entry.kind) {
    case 'updated':
      return { event: 'message.updated', data: tell(log, entry.about, at) }
    case 'deleted':
      return { event: 'message.deleted', data: { ...tell(log, entry.about, at), by } }
    case 'reacted':
    case 'unreacted': {
      const { about: messageId, emoji } = entry
      const those = reactionsOf(log, messageId, at).find((each) => each.emoji === emoji)
      const data = { messageId, ...(room && { room }), by, emoji, count: those?.by.length ?? 0 }
      return { event: entry.kind === 'reacted' ? 'reaction.added' : 'reaction.removed', data }
    }
    default:
      return { event: 'message', data: tell(log, id, at) }
  }
}

function roomEvent(
  person: string,
  entry: Entry,
  room: Room,
  id: number,
  { at, now }: { at: number; now: number },
) {
  const { by } = entry
  const own = isOwn(person, entry, room, id)
  const { name } = room
  if (entry.kind === 'room-deleted') return { event: 'room.deleted', data: { room: name } }
  if (entry.kind === 'left' && own)
    return { event: 'room.left', data: { room: name, by, reason: entry.reason } }
  if (entry.kind === 'joined' && own) {
    const { role, time: joinedAt } = entry
    const whole = { ...tellRoom(room, at), role, joinedAt }
    return {
      event: 'room.joined',
      data: { room: mayEnter(person, room, now) ? whole : { name }, role, by },
    }
  }
  if (!('member' in entry)) return { event: 'room.updated', data: tellRoom(room, at) }
  const { memberCount } = tellRoom(room, at) as { memberCount: number }
  const role = 'role' in entry && { role: entry.role }
  const event = { joined: 'member.joined', left: 'member.left', role: 'member.updated' }[entry.kind]
  return { event, data: { room: name, username: entry.member, ...role, by, memberCount } }
}

/** A page of history, or undefined where the room cannot be read. */
export function pageOf(log: Log, person: string, wanted: PageWanted) {
  const { after, before, limit, with: other, room: name } = wanted
  const room = name === undefined ? undefined : log.roomNamed(name, person)
  if (name !== undefined && !room) return undefined
  const isWanted = (id: number) => {
    const { kind, audience } = log.entry(id)
    const where = log.roomOf(audience)
    if (kind !== 'message' || !log.mayRead(person, id)) return false
    if (room) return where === room
    if (other !== undefined) return isBetween(audience, person, other)
    return !where || wasIn(person, where, id)
  }
  const first = Math.max((after ?? 0) + 1, log.oldest)
  const last = Math.min(before === undefined ? log.head : before - 1, log.head)
  const ids: number[] = []
  for (let id = first; id <= last; id++) if (isWanted(id)) ids.push(id)
  const chosen = after === undefined ? ids.slice(-limit) : ids.slice(0, limit)
  const more = ids.length > limit
  const covered = after !== undefined && more ? chosen.at(-1) : log.head
  const messages = chosen.map((id) => tellTo(person, log, id))
  return { messages, more, cursor: `${covered}-${log.epoch}` }
}

function isBetween(audience: Audience, one: string, other: string): boolean {
  return JSON.stringify(audience) === JSON.stringify({ between: [one, other].sort() })
}

/** A conversation that someone is in. */
export function conversationOf(log: Log, person: string, audience: Audience) {
  const room = log.roomOf(audience)
  const wanted = JSON.stringify(audience)
  const ids: number[] = []
  for (let id = log.oldest; id <= log.head; id++) {
    const entry = log.entry(id)
    if (entry.kind !== 'message' || JSON.stringify(entry.audience) !== wanted) continue
    if (log.mayRead(person, id)) ids.push(id)
  }
  const readUpTo = log.markers[markerOf(person, audience)] ?? 0
  const unread = ids.filter((id) => {
    return id > readUpTo && log.entry(id).by !== person && (log.said[id] as Said).deleted === never
  })
  const mentions = unread.filter((id) => tell(log, id).mentions?.includes(person))
  const last = ids.at(-1)
  return {
    id: conversationIdOf(log, person, audience),
    ...(room && { title: asOf(room.versions, log.head).title }),
    last: last === undefined ? null : tell(log, last),
    lastId: last ?? (room && stayOf(person, room, log.head)?.from) ?? 0,
    readUpTo,
    unread: Math.min(100, unread.length),
    mentioned: Math.min(100, mentions.length),
    muted: log.muted[markerOf(person, audience)] ?? false,
    asOf: log.head,
  }
}

/** All conversations that someone is in, the newest first. */
export function conversationsOf(log: Log, person: string) {
  const all = audiencesOf(log, person).map((audience) => conversationOf(log, person, audience))
  return all.sort((one, other) => other.lastId - one.lastId || (one.id < other.id ? -1 : 1))
}

export function audiencesOf(log: Log, person: string): Audience[] {
  const directs = new Map<string, Audience>()
  for (const { audience, kind } of log.entries) {
    const isTheirs = audience !== 'everyone' && 'between' in audience
    if (!isTheirs || kind !== 'message' || !audience.between.includes(person)) continue
    directs.set(JSON.stringify(audience), audience)
  }
  const rooms = log.rooms.flatMap((each, room) => (stayOf(person, each, log.head) ? { room } : []))
  return ['everyone', ...directs.values(), ...rooms]
}

/** What someone calls a conversation: `everyone`, `room:` and a name, or `direct:` and a name. */
export function conversationIdOf(log: Log, person: string, audience: Audience): string {
  const room = log.roomOf(audience)
  if (room) return `room:${room.name}`
  if (audience === 'everyone' || !('between' in audience)) return 'everyone'
  return `direct:${audience.between.find((name) => name !== person) ?? person}`
}
