import type {
  Cursor,
  CursorResolution,
  Entry,
  LogBounds,
  MembershipEntry,
  MessageChangeEntry,
  MessageEntry,
  ReactionEntry,
  RoomEntry,
} from '../../../src/store/message-log.ts'
import type { Room, RoomAccess, RoomHistory, RoomRef, RoomRole } from '../../../src/store/room.ts'
import type { LeaveReason } from '../../../src/store/room-rules.ts'
import type { Memberships } from '../../../src/store/room-store.ts'

export const epoch = 'mh4k2c9z'

const person = (id: number) => ({ id, username: `p${id}` })

interface Stay {
  room: number
  account: number
  joinedId: number
  leftId: number | null
}

type ChangeEntry = MessageChangeEntry | ReactionEntry

/** Of an entry of a message, the message. */
export function messageOf(entry: Entry): MessageEntry | undefined {
  if (entry.kind === 'message') return entry
  return 'message' in entry ? entry.message : undefined
}

/** The room that an entry is of, if any. */
export function roomOf(entry: Entry): RoomRef | null {
  return 'room' in entry ? entry.room : entry.message.room
}

function tombstone({ kind, id, from, to, room, sentAt }: MessageEntry): MessageEntry {
  return { kind, id, from, to, room, text: '', sentAt, deletedAt: 0 }
}

/** A log in memory that reads a few ids at a time, and fails as often as the test says. Rooms are judged by nobody. */
export class FakeLog {
  /** As of their commits. */
  readonly entries: Entry[] = []
  /** By id; deleted ones are gone. */
  readonly rooms = new Map<number, Room>()
  /** As they are now, by id. */
  readonly messages = new Map<number, MessageEntry>()
  /** Who has reacted, by message and emoji. */
  readonly #reactions = new Map<string, Set<number>>()
  stays: Stay[] = []
  epoch = epoch
  oldest = 1
  delivered = new Map<number, number>()
  failures: Error[] = []
  reads = 0
  /** How many ids one read scans. */
  idsPerRead = 5
  resolution: Partial<CursorResolution> = {}
  resolve: (cursor: Cursor) => Partial<CursorResolution> = ({ id }) => ({
    position: id,
    ...this.resolution,
  })
  /** What a query for memberships waits for, once it has its answer. */
  membershipsGate: () => Promise<void> = async () => {}
  /** Also of deleted rooms. */
  readonly #access = new Map<number, RoomAccess>()
  readonly #histories = new Map<number, RoomHistory>()
  #lastRoom = 100

  get head(): number {
    return this.entries.length
  }

  get bounds_(): LogBounds {
    return { epoch: this.epoch, oldest: this.oldest, head: this.head }
  }

  #ask<T>(answer: T): T {
    this.reads++
    const failure = this.failures.shift()
    if (failure) throw failure
    return answer
  }

  async bounds() {
    return this.bounds_
  }

  async read(after: number, viewer: number) {
    const scanned = this.entries.filter(
      ({ id }) => id > after && id <= after + this.idsPerRead && id >= this.oldest,
    )
    return this.#ask({
      bounds: this.bounds_,
      entries: scanned
        .filter((entry) => this.isCarried(entry, viewer))
        .map((entry) => this.asNow(entry, viewer)),
      scannedTo: scanned.at(-1)?.id ?? after,
    })
  }

  async readUndelivered(after: number, upTo: number, viewer: number) {
    const entries = this.entries
      .filter((entry) => entry.kind === 'message' && entry.to?.id === viewer)
      .filter(({ id }) => id > after && id <= upTo)
      .filter(({ id }) => this.messages.get(id)?.deletedAt === undefined)
      .slice(0, 2)
      .map((entry) => this.asNow(entry))
    const last = entries.length < 2 ? upTo : (entries.at(-1) as Entry).id
    return this.#ask({ bounds: this.bounds_, entries, scannedTo: last })
  }

  async undelivered(viewer: number) {
    const upTo = this.entries.length
    return this.#ask({ after: this.delivered.get(viewer) ?? 0, upTo, bounds: this.bounds_ })
  }

  async resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    const placed = { position: cursor.id, reset: null, ...this.resolve(cursor) }
    return this.#ask({ bounds: this.bounds_, ...placed })
  }

  async markDelivered(marks: readonly { account: number; id: number }[]) {
    for (const { account, id } of marks) this.delivered.set(account, id)
  }

  async memberships(account: number): Promise<Memberships> {
    const own = this.stays.filter((stay) => stay.account === account)
    const answer = {
      head: this.head,
      rooms: own.filter(({ leftId }) => leftId === null).map(({ room }) => room),
      lastLeftId: Math.max(0, ...own.map(({ leftId }) => leftId ?? 0)),
    }
    await this.membershipsGate()
    return answer
  }

  /** A message to everyone, to one account, or to a room. */
  say({
    to = 0,
    room,
    from = 9,
    text = 'x',
  }: {
    to?: number
    room?: number
    from?: number
    text?: string
  }): MessageEntry {
    const entry: MessageEntry = {
      kind: 'message',
      id: this.head + 1,
      from: person(from),
      to: to === 0 ? null : person(to),
      room: room === undefined ? null : { id: room, name: `r${room}` },
      text,
      sentAt: 0,
    }
    this.entries.push(entry)
    this.messages.set(entry.id, entry)
    return entry
  }

  /** Gives the message the text, or `e` and the id of this entry. */
  edit(id: number, text = `e${this.head + 1}`): MessageChangeEntry {
    this.messages.set(id, { ...this.#message(id), text, editedAt: 0 })
    return this.#change(id, { kind: 'edited' }) as MessageChangeEntry
  }

  deleteMessage(id: number, by = 9): MessageChangeEntry {
    this.messages.set(id, tombstone(this.#message(id)))
    return this.#change(id, { kind: 'deleted', by: person(by) }) as MessageChangeEntry
  }

  /** Adds the reaction, or takes it away where there is one. */
  react(id: number, by: number, emoji = '👍'): ReactionEntry {
    const key = `${id} ${emoji}`
    const people = this.#reactions.get(key) ?? new Set()
    this.#reactions.set(key, people)
    const kind = people.has(by) ? 'reaction-removed' : 'reaction-added'
    if (!people.delete(by)) people.add(by)
    const fields = { kind, by: person(by), emoji, count: people.size }
    return this.#change(id, fields) as ReactionEntry
  }

  /** A room, and its maker's joining as its owner. */
  create(
    owner: number,
    access: RoomAccess = 'open',
    history: RoomHistory = 'all',
  ): { room: number; entry: MembershipEntry } {
    const id = ++this.#lastRoom
    this.#access.set(id, access)
    this.#histories.set(id, history)
    this.rooms.set(id, {
      id,
      name: `r${id}`,
      title: `t${this.head + 1}`,
      topic: '',
      access,
      history,
      archived: false,
      createdAt: 0,
      memberCount: 0,
    })
    return { room: id, entry: this.join(id, owner, 'owner') }
  }

  join(room: number, account: number, role: RoomRole = 'member'): MembershipEntry {
    this.stays.push({ room, account, joinedId: this.head + 1, leftId: null })
    this.#room(room).memberCount++
    return this.#add(room, {
      kind: 'joined',
      at: 0,
      member: person(account),
      role,
      reason: null,
    }) as MembershipEntry
  }

  leave(room: number, account: number, reason: LeaveReason = 'left'): MembershipEntry {
    const stay = this.#current(room).find((one) => one.account === account) as Stay
    stay.leftId = this.head + 1
    this.#room(room).memberCount--
    return this.#add(room, {
      kind: 'left',
      at: 0,
      member: person(account),
      role: null,
      reason,
    }) as MembershipEntry
  }

  setRole(room: number, account: number, role: RoomRole): MembershipEntry {
    return this.#add(room, {
      kind: 'role-changed',
      at: 0,
      member: person(account),
      role,
      reason: null,
    }) as MembershipEntry
  }

  /** Gives the room the title `t` and the id of this entry. */
  rename(room: number): RoomEntry {
    this.#room(room).title = `t${this.head + 1}`
    return this.#add(room, { kind: 'room-updated' }) as RoomEntry
  }

  delete(room: number): RoomEntry {
    const id = this.head + 1
    for (const stay of this.#current(room)) stay.leftId = id
    this.rooms.delete(room)
    return this.#add(room, { kind: 'room-deleted' }) as RoomEntry
  }

  isMember(room: number, account: number): boolean {
    return this.#current(room).some((stay) => stay.account === account)
  }

  mayRead(room: number, account: number): boolean {
    return this.rooms.get(room)?.access === 'open' || this.isMember(room, account)
  }

  /** Whether a membership of the account in the room covers the id. */
  isWithinStay(id: number, room: number, account: number): boolean {
    return this.stays.some(
      (stay) =>
        stay.room === room &&
        stay.account === account &&
        stay.joinedId <= id &&
        (stay.leftId ?? id) >= id,
    )
  }

  /** Whether the entry is carried in any case by the streams of an account whose stay covers it. */
  isAlwaysCarried(entry: Entry, viewer: number): boolean {
    if (entry.kind === 'room-deleted') return true
    return (entry.kind === 'joined' || entry.kind === 'left') && entry.member.id === viewer
  }

  /** Whether it is of an audience that the account belonged to at the entry, and may see the message of. */
  isForStreamsOf(entry: Entry, viewer: number): boolean {
    const room = roomOf(entry)
    if (room)
      return this.isWithinStay(entry.id, room.id, viewer) && !this.#isBeforeStay(entry, viewer)
    const { from, to } = messageOf(entry) as MessageEntry
    return to === null || to.id === viewer || from.id === viewer
  }

  /** Whether what is known of the message when the log ends at `head` takes the entry away. */
  isPassedOver(entry: Entry, head = this.head): boolean {
    const message = messageOf(entry)
    if (message === undefined || entry.kind === 'deleted') return false
    return this.entries
      .slice(0, head)
      .some((one) => one.kind === 'deleted' && one.message.id === message.id)
  }

  /** What a read of now gives to the viewer. */
  isCarried(entry: Entry, viewer: number): boolean {
    if (!this.isForStreamsOf(entry, viewer) || this.isPassedOver(entry)) return false
    const message = messageOf(entry)
    if (message && message.id < this.oldest) return false
    const room = roomOf(entry)
    return !room || this.isAlwaysCarried(entry, viewer) || this.mayRead(room.id, viewer)
  }

  /** Whether any read since the entry has given it to the viewer. */
  wasCarriedSince(entry: Entry, viewer: number): boolean {
    if (!this.isCarried(entry, viewer)) return false
    const room = roomOf(entry)
    if (!room || this.isAlwaysCarried(entry, viewer)) return true
    return (
      this.accessOf(room.id) === 'open' ||
      this.#current(room.id).some((stay) => stay.account === viewer && stay.joinedId <= entry.id)
    )
  }

  accessOf(room: number): RoomAccess {
    return this.#access.get(room) as RoomAccess
  }

  /** An entry as an update of a server that is behind has it; for one viewer, as they read it. */
  asNow(entry: Entry, viewer?: number): Entry {
    const room = roomOf(entry)
    const hiddenFrom = viewer === undefined && room ? this.#hiddenFrom(entry, room.id) : []
    const message = messageOf(entry)
    if (message) {
      const now = this.#message(message.id)
      const told = room && !this.rooms.has(room.id) ? tombstone(now) : now
      // What was not edited is as it was when those who have left since were members.
      if (entry.kind === 'message')
        return told.editedAt === undefined ? told : { ...told, hiddenFrom }
      const hidden = [...new Set([...(entry.hiddenFrom ?? []), ...hiddenFrom])]
      return { ...entry, message: told, hiddenFrom: hidden } as ChangeEntry
    }
    const { id, name } = room as RoomRef
    const now = this.rooms.get(id)
    const isHidden = !now || (viewer !== undefined && !this.mayRead(id, viewer))
    return { ...entry, room: isHidden ? { id, name } : { ...now }, hiddenFrom } as Entry
  }

  /** Who was a member at the entry, but may not read the room now. */
  #hiddenFrom({ id }: Entry, room: number): number[] {
    const known = [...new Set(this.stays.map(({ account }) => account))]
    return this.rooms.has(room)
      ? known.filter((one) => this.isWithinStay(id, room, one) && !this.mayRead(room, one))
      : []
  }

  /** Whether it changes a message that the account may not see, as it was sent before they were members. */
  #isBeforeStay(entry: Entry, account: number): boolean {
    if (entry.kind === 'message' || !('message' in entry)) return false
    const { id, room } = entry.message
    if (!room || this.#histories.get(room.id) === 'all') return false
    return !this.isWithinStay(id, room.id, account)
  }

  #message(id: number): MessageEntry {
    return this.messages.get(id) as MessageEntry
  }

  #change(id: number, fields: object): ChangeEntry {
    const message = this.#message(id)
    const entry = {
      id: this.head + 1,
      message,
      by: message.from,
      hiddenFrom: [] as number[],
      ...fields,
    } as unknown as ChangeEntry
    this.entries.push(entry)
    const { room } = message
    const members = room ? this.#current(room.id).map(({ account }) => account) : []
    entry.hiddenFrom = members.filter((one) => this.#isBeforeStay(entry, one))
    return entry
  }

  #room(id: number): Room {
    return this.rooms.get(id) as Room
  }

  #current(room: number): Stay[] {
    return this.stays.filter((stay) => stay.room === room && stay.leftId === null)
  }

  #add(room: number, fields: object): Entry {
    const now = this.rooms.get(room)
    const entry = {
      id: this.head + 1,
      room: now ? { ...now } : { id: room, name: `r${room}` },
      by: person(9),
      hiddenFrom: [],
      ...fields,
    } as unknown as Entry
    this.entries.push(entry)
    return entry
  }
}
