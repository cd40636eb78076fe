import type { Audience, Entry, Room, RoomFields, Said, Since, Stay } from './types.ts'

/** The place of an entry that has not come. */
export const never = Number.POSITIVE_INFINITY

/** The log as the contract tells it: what the server is held against. */
export class Log {
  /** All that was ever appended, also what was trimmed since: the entry of an id is at id − 1. */
  entries: Entry[] = []
  /** By the id of the entry that said it. */
  said: Record<number, Said> = {}
  /** All that ever were, by their number. */
  rooms: Room[] = []
  oldest = 1
  /** Tags order as text. */
  epochs: { tag: string; first: number }[] = []
  keys: Record<string, { id: number; content: string }> = {}
  /** How far someone has read, and what they muted, by person and conversation. */
  markers: Record<string, number> = {}
  muted: Record<string, boolean> = {}

  get head(): number {
    return this.entries.length
  }

  get epoch(): string {
    return this.epochs.at(-1)?.tag ?? ''
  }

  entry(id: number): Entry {
    return this.entries[id - 1] as Entry
  }

  append(entry: Entry): void {
    const at = this.entries.push(entry)
    const about = this.said['about' in entry ? entry.about : at] as Said
    const room = this.roomOf(entry.audience)
    const stay = room && 'member' in entry ? stayOf(entry.member, room, at - 1) : undefined
    const { kind, by } = entry
    if (kind === 'message') {
      this.said[at] = { versions: [{ at, is: entry.message }], reactions: [], deleted: never }
      this.markers[markerOf(by, entry.audience)] = at
    } else if (kind === 'updated') about.versions.push({ at, is: entry.message })
    else if (kind === 'deleted') about.deleted = at
    else if (kind === 'reacted' || kind === 'unreacted')
      about.reactions.push({ at, is: { by, emoji: entry.emoji, stands: kind === 'reacted' } })
    else if (kind === 'joined') {
      const { member: person, role, time = '' } = entry
      room?.stays.push({ person, from: at, to: never, joinedAt: time, roles: [{ at, is: role }] })
      this.markers[markerOf(person, entry.audience)] = at
      delete this.muted[markerOf(person, entry.audience)]
    } else if (kind === 'left') Object.assign(stay as Stay, { to: at })
    else if (kind === 'role') stay?.roles.push({ at, is: entry.role })
    else if (kind === 'room-updated') room?.versions.push({ at, is: entry.fields })
    else if (room) {
      room.deleted = at
      for (const each of room.stays) if (each.to === never) each.to = at
    }
  }

  roomOf(audience: Audience): Room | undefined {
    return audience !== 'everyone' && 'room' in audience ? this.rooms[audience.room] : undefined
  }

  /** The room of a name that someone may read. */
  roomNamed(name: string, person: string): Room | undefined {
    const room = this.rooms.find((room) => room.name === name && room.deleted === never)
    return room && mayEnter(person, room, this.head) ? room : undefined
  }

  /** Whether someone may read what was said with an id, as of an entry. */
  mayRead(person: string, id: number, at = this.head): boolean {
    const { audience } = this.entry(id)
    const room = this.roomOf(audience)
    if (room)
      return mayEnter(person, room, at) && (room.history === 'all' || wasIn(person, room, id))
    return audience === 'everyone' || ('between' in audience && audience.between.includes(person))
  }

  /** Whether a person's streams carry an entry that they read as of another, where `oldest` is kept. */
  carried(person: string, id: number, at = this.head, oldest = this.oldest): boolean {
    const entry = this.entry(id)
    const room = this.roomOf(entry.audience)
    if (room && isOwn(person, entry, room, id)) return true
    if (room && !(wasIn(person, room, id) && mayEnter(person, room, at))) return false
    if (!('about' in entry || entry.kind === 'message')) return true
    const about = 'about' in entry ? entry.about : id
    if ((this.said[about] as Said).deleted <= at && entry.kind !== 'deleted') return false
    return (about === id || about >= oldest) && this.mayRead(person, about, at)
  }

  /** Trims what is before an entry, never the newest. */
  trim(oldest: number): void {
    this.oldest = Math.max(this.oldest, Math.min(oldest, this.head))
  }

  /** What an idempotency key stands for. It goes when its entry goes. */
  keyed(name: string): { id: number; content: string } | undefined {
    const known = this.keys[name]
    return known && known.id >= this.oldest ? known : undefined
  }

  /** What a copy of the data folder holds of the log. */
  copy() {
    return structuredClone({ ...this })
  }

  restore(copy: object): void {
    Object.assign(this, structuredClone(copy))
  }
}

/** What held as of an entry. */
export function asOf<Of>(versions: readonly Since<Of>[], at: number): Of {
  return versions.findLast((version) => version.at <= at)?.is as Of
}

/** The membership that someone has in a room as of an entry. */
export function stayOf(person: string, room: Room, at: number): Stay | undefined {
  return room.stays.find((stay) => stay.person === person && stay.from <= at && at < stay.to)
}

/** Whether an entry lies within a membership, the entries that begin and end it included. */
export function wasIn(person: string, { stays }: Room, id: number): boolean {
  return stays.some((stay) => stay.person === person && stay.from <= id && id <= stay.to)
}

/** Whether someone may read a room, as of an entry. */
export function mayEnter(person: string, room: Room, at: number): boolean {
  const open = asOf<RoomFields | undefined>(room.versions, at)?.access === 'open'
  return at < room.deleted && (open || stayOf(person, room, at) !== undefined)
}

/** What begins or ends the person's own membership. */
export function isOwn(person: string, entry: Entry, room: Room, id: number): boolean {
  if (entry.kind === 'room-deleted') return wasIn(person, room, id)
  return (entry.kind === 'joined' || entry.kind === 'left') && entry.member === person
}

export function markerOf(person: string, audience: Audience): string {
  return `${person} ${JSON.stringify(audience)}`
}
