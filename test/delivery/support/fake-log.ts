import type {
  Cursor,
  CursorResolution,
  Entry,
  LogBounds,
  MessageEntry,
} from '../../../src/store/message-log.ts'
import type { Room, RoomAccess, RoomRole } from '../../../src/store/room.ts'
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

/** A log in memory that reads a few ids at a time, and fails as often as the test says. Rooms are judged by nobody. */
export class FakeLog {
  /** As of their commits. */
  readonly entries: Entry[] = []
  /** By id; deleted ones are gone. */
  readonly rooms = new Map<number, Room>()
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
  readonly #access = new Map<number, RoomAccess>()
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
      .slice(0, 2)
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
  say({ to = 0, room, from = 9 }: { to?: number; room?: number; from?: number }): MessageEntry {
    const entry: MessageEntry = {
      kind: 'message',
      id: this.head + 1,
      from: person(from),
      to: to === 0 ? null : person(to),
      room: room === undefined ? null : { id: room, name: `r${room}` },
      text: 'x',
      sentAt: 0,
    }
    this.entries.push(entry)
    return entry
  }

  /** A room, and its maker's joining as its owner. */
  create(owner: number, access: RoomAccess = 'open'): { room: number; entry: Entry } {
    const id = ++this.#lastRoom
    this.#access.set(id, access)
    this.rooms.set(id, {
      id,
      name: `r${id}`,
      title: `t${this.head + 1}`,
      topic: '',
      access,
      history: 'all',
      archived: false,
      createdAt: 0,
      memberCount: 0,
    })
    return { room: id, entry: this.join(id, owner, 'owner') }
  }

  join(room: number, account: number, role: RoomRole = 'member'): Entry {
    this.stays.push({ room, account, joinedId: this.head + 1, leftId: null })
    this.#room(room).memberCount++
    return this.#add(room, { kind: 'joined', member: person(account), role, reason: null })
  }

  leave(room: number, account: number, reason: LeaveReason = 'left'): Entry {
    const stay = this.#current(room).find((one) => one.account === account) as Stay
    stay.leftId = this.head + 1
    this.#room(room).memberCount--
    return this.#add(room, { kind: 'left', member: person(account), role: null, reason })
  }

  setRole(room: number, account: number, role: RoomRole): Entry {
    return this.#add(room, { kind: 'role-changed', member: person(account), role, reason: null })
  }

  /** Gives the room the title `t` and the id of this entry. */
  rename(room: number): Entry {
    this.#room(room).title = `t${this.head + 1}`
    return this.#add(room, { kind: 'room-updated' })
  }

  delete(room: number): Entry {
    const id = this.head + 1
    for (const stay of this.#current(room)) stay.leftId = id
    this.rooms.delete(room)
    return this.#add(room, { kind: 'room-deleted' })
  }

  isMember(room: number, account: number): boolean {
    return this.#current(room).some((stay) => stay.account === account)
  }

  mayRead(room: number, account: number): boolean {
    return this.rooms.get(room)?.access === 'open' || this.isMember(room, account)
  }

  /** Whether a membership of the account covers the entry. */
  isWithinStay({ id, room }: Pick<Entry, 'id' | 'room'>, account: number): boolean {
    return this.stays.some(
      (stay) =>
        stay.room === room?.id &&
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

  /** Whether it is of an audience that the account belonged to at the entry. */
  isForStreamsOf(entry: Entry, viewer: number): boolean {
    if (entry.kind !== 'message' || entry.room) return this.isWithinStay(entry, viewer)
    return entry.to === null || entry.to.id === viewer || entry.from.id === viewer
  }

  /** What a read of now gives to the viewer. */
  isCarried(entry: Entry, viewer: number): boolean {
    if (!this.isForStreamsOf(entry, viewer)) return false
    return !entry.room || this.isAlwaysCarried(entry, viewer) || this.mayRead(entry.room.id, viewer)
  }

  /** Whether any read since the entry has given it to the viewer. */
  wasCarriedSince(entry: Entry, viewer: number): boolean {
    if (!this.isCarried(entry, viewer)) return false
    if (!entry.room || this.isAlwaysCarried(entry, viewer)) return true
    const { id } = entry.room
    return (
      this.accessOf(id) === 'open' ||
      this.#current(id).some((stay) => stay.account === viewer && stay.joinedId <= entry.id)
    )
  }

  accessOf(room: number): RoomAccess {
    return this.#access.get(room) as RoomAccess
  }

  /** An entry of a room as an update of a server that is behind has it; for one viewer, as they read it. */
  asNow(entry: Entry, viewer?: number): Entry {
    if (entry.kind === 'message') return entry
    const { id, name } = entry.room
    const now = this.rooms.get(id)
    const isHidden = !now || (viewer !== undefined && !this.mayRead(id, viewer))
    const known = new Set(this.stays.map(({ account }) => account))
    const hiddenFrom =
      viewer === undefined && now
        ? [...known].filter((one) => this.isWithinStay(entry, one) && !this.mayRead(id, one))
        : []
    return { ...entry, room: isHidden ? { id, name } : { ...now }, hiddenFrom }
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
