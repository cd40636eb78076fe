/** `everyone`, `direct:ann|bob` with the names sorted, or `room:` and the number of the room. */
export type Audience = string

export interface Entry {
  id: number
  kind:
    | 'message'
    | 'updated'
    | 'deleted'
    | 'reacted'
    | 'unreacted'
    | 'joined'
    | 'left'
    | 'role'
    | 'room-updated'
    | 'room-deleted'
    | 'erased'
  audience: Audience
  actor: string
  /** Of a membership or an erasure. */
  target: string
  /** The message that is changed. */
  ref: number
  detail: string
  /** The members of the room when it was written, and of one who leaves. */
  members: string[]
}

export interface StoredMessage {
  id: number
  audience: Audience
  from: string
  to: string
  text: string
  mentions: string[]
  edited: boolean
  deleted: boolean
  /** By emoji, the names in their order. */
  reactions: Record<string, string[]>
}

export interface StoredRoom {
  number: number
  name: string
  title: string
  access: 'open' | 'private'
  history: 'all' | 'since-joined'
  deleted: boolean
  /** In the order of joining: the id of the entry, and the role. */
  members: Record<string, { joined: number; role: string }>
}

/** All that is stored. Plain data, so that it can be copied and put back. */
export interface Data {
  log: Entry[]
  messages: Record<number, StoredMessage>
  rooms: StoredRoom[]
  /** By name and audience. */
  markers: Record<string, number>
  muted: Record<string, boolean>
  pairs: Audience[]
  /** By name: what they wrote before this id is gone. */
  erased: Record<string, number>
  oldest: number
}

export function emptyData(): Data {
  const tables = { messages: {}, markers: {}, muted: {}, erased: {} }
  return { ...tables, log: [], rooms: [], pairs: [], oldest: 1 }
}

export function roomOfAudience(data: Data, audience: Audience): StoredRoom | undefined {
  return data.rooms.find(({ number }) => audience === `room:${number}`)
}

export function pairOf(one: string, other: string): Audience {
  return `direct:${[one, other].sort().join('|')}`
}

function isInPair(audience: Audience, user: string): boolean {
  return audience.slice('direct:'.length).split('|').includes(user)
}

export function mayReadRoom(room: StoredRoom, user: string): boolean {
  return !room.deleted && (room.access === 'open' || user in room.members)
}

export function isHidden(data: Data, message: StoredMessage): boolean {
  if (message.id < (data.erased[message.from] ?? 0)) return true
  return roomOfAudience(data, message.audience)?.deleted === true
}

/** Whether it is on the user's pages. */
export function mayRead(data: Data, user: string, message: StoredMessage): boolean {
  if (isHidden(data, message) || message.id < data.oldest) return false
  const room = roomOfAudience(data, message.audience)
  if (room) return mayReadRoom(room, user) && isInHistory(data, room, user, message)
  return message.audience === 'everyone' || isInPair(message.audience, user)
}

function isInHistory(data: Data, room: StoredRoom, user: string, { id }: StoredMessage): boolean {
  return room.history === 'all' || data.log[id - 1]?.members.includes(user) === true
}

/** Whether a stream of the user carries the entry. */
export function isCarried(data: Data, user: string, entry: Entry): boolean {
  const { kind, audience, target, members } = entry
  if ((kind === 'joined' || kind === 'left') && target === user) return true
  if (kind === 'room-deleted') return members.includes(user)
  if (audience.startsWith('direct:') && !isInPair(audience, user)) return false
  const room = roomOfAudience(data, audience)
  if (room && !(members.includes(user) && mayReadRoom(room, user))) return false
  const isChange = ['updated', 'deleted', 'reacted', 'unreacted'].includes(kind)
  if (kind !== 'message' && !isChange) return true
  const message = data.messages[isChange ? entry.ref : entry.id] as StoredMessage
  if (isHidden(data, message) || (message.deleted && kind !== 'deleted')) return false
  if (!isChange) return true
  if (kind !== 'updated' && kind !== 'deleted' && entry.id < (data.erased[entry.actor] ?? 0))
    return false
  if (message.id < data.oldest) return false
  return room === undefined || isInHistory(data, room, user, message)
}

/** The audiences that are the user's conversations. */
export function audiencesOf(data: Data, user: string): Audience[] {
  const rooms = data.rooms.filter(({ deleted, members }) => !deleted && user in members)
  const pairs = data.pairs.filter((pair) => isInPair(pair, user))
  return ['everyone', ...rooms.map(({ number }) => `room:${number}`), ...pairs]
}
