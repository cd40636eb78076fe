import type { Draft, Entry, MessageEntry } from '../../../src/store/message-log.ts'
import type { Person } from '../../../src/store/person.ts'
import type { Room, RoomRef, RoomRole } from '../../../src/store/room.ts'
import {
  decideRoom,
  mayRead,
  type RoomChange,
  type RoomFacts,
} from '../../../src/store/room-rules.ts'
import type { RoomCommand } from '../../../src/store/room-store.ts'
import type { House, Name } from './house.ts'

interface Stay {
  role: RoomRole
  joinedId: number
  joinedBy: Name
  joinedAt: number
}

export interface ModelRoom {
  /** 0 until the store has given it. */
  id: number
  key: string
  skeletons: readonly string[]
  fields: Omit<Room, 'id' | 'memberCount'>
  isDeleted: boolean
  members: Map<Name, Stay>
  bans: Map<Name, { by: Name; at: number }>
  /** The last entry of theirs that ended a membership. */
  left: Map<Name, number>
}

/** What was written down when an entry was made. */
export interface Written {
  entry: Entry
  room: ModelRoom | undefined
  /** The members of the room at the entry: the one who joins or leaves is one of them. */
  members: ReadonlySet<Name>
}

/**
 * Rooms as objects in memory. The rules are those of the server; the facts, what the changes do and
 * what may be seen are told here again, by what was written down at each entry.
 */
export class RoomModel {
  readonly rooms: ModelRoom[] = []
  readonly log: Written[] = []
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  byKey(key: string): ModelRoom | undefined {
    return this.rooms.find((room) => room.key === key && !room.isDeleted)
  }

  /** The refusal, or what the command wrote. */
  execute(by: Name, command: RoomCommand): { kind: string; written: Written[] } {
    const before = this.log.length
    const decision = decideRoom(command, this.#factsOf(by, command))
    if ('refusal' in decision) return { kind: decision.refusal, written: [] }
    for (const change of decision.changes) this.#apply(by, change, command)
    return { kind: 'done', written: this.log.slice(before) }
  }

  post(by: Name, text: string, to: Draft['to']): { kind: string; written: Written[] } {
    const room = to?.type === 'room' ? this.byKey(to.key) : undefined
    if (to?.type === 'room') {
      if (!room || !this.mayRead(by, room)) return { kind: 'unknown-room', written: [] }
      if (room.bans.has(by)) return { kind: 'forbidden', written: [] }
      if (!room.members.has(by)) return { kind: 'not-a-member', written: [] }
      if (room.fields.archived) return { kind: 'room-archived', written: [] }
    }
    const entry: MessageEntry = {
      kind: 'message',
      id: this.log.length + 1,
      from: this.#house.person(by),
      to: to?.type === 'direct' ? this.#house.person(to.key as Name) : null,
      room: room ? this.refOf(room) : null,
      text,
      sentAt: this.#house.clock.now(),
    }
    return { kind: 'appended', written: [this.#write(entry, room)] }
  }

  mayRead(viewer: Name, room: ModelRoom): boolean {
    return !room.isDeleted && mayRead(room.fields, room.members.get(viewer)?.role)
  }

  /** Whether a stream carries it now. */
  carries(viewer: Name, { entry, room, members }: Written): boolean {
    if (!room) return this.#isOwnOrForAll(viewer, entry)
    if (!members.has(viewer)) return false
    const isOwn =
      entry.kind === 'room-deleted' ||
      ((entry.kind === 'joined' || entry.kind === 'left') && entry.member.username === viewer)
    return isOwn || this.mayRead(viewer, room)
  }

  /** Whether it is a message on pages of its room, and by id. */
  shows(viewer: Name, { entry, room, members }: Written): boolean {
    if (entry.kind !== 'message') return false
    if (!room) return this.#isOwnOrForAll(viewer, entry)
    if (!this.mayRead(viewer, room)) return false
    return room.fields.history === 'all' || members.has(viewer)
  }

  /** An entry as it is told to a viewer now. */
  toldTo(viewer: Name, { entry, room }: Written): Entry {
    if (!room || entry.kind === 'message' || 'message' in entry) return entry
    return { ...entry, room: this.mayRead(viewer, room) ? this.stateOf(room) : this.refOf(room) }
  }

  /** An entry as it is published, when nothing came after its commit. */
  published({ entry, room }: Written): Entry {
    if (!room || entry.kind === 'message' || 'message' in entry) return entry
    return { ...entry, room: room.isDeleted ? this.refOf(room) : this.stateOf(room) }
  }

  refOf({ id, fields: { name } }: ModelRoom): RoomRef {
    return { id, name }
  }

  stateOf(room: ModelRoom): Room {
    return { id: room.id, ...room.fields, memberCount: room.members.size }
  }

  #isOwnOrForAll(viewer: Name, entry: Entry): boolean {
    if (entry.kind !== 'message') return false
    return entry.to === null || [entry.from.username, entry.to.username].includes(viewer)
  }

  #factsOf(by: Name, command: RoomCommand): RoomFacts {
    const room = command.kind === 'create' ? undefined : this.byKey(command.room)
    const user = 'user' in command ? (command.user as Name) : undefined
    const target = user ?? by
    const others = [...(room?.members ?? [])].filter(([name]) => name !== user)
    const first = (role: RoomRole) =>
      others
        .filter(([, stay]) => stay.role === role)
        .sort(([, one], [, other]) => one.joinedId - other.joinedId)[0]?.[0]
    const successor = first('moderator') ?? first('member')
    return {
      caller: this.#house.person(by),
      room: room && this.stateOf(room),
      callerRole: room?.members.get(by)?.role,
      callerIsBanned: room?.bans.has(by) ?? false,
      target: user && this.#house.person(user),
      targetRole: user && room?.members.get(user)?.role,
      targetIsBanned: user !== undefined && (room?.bans.has(user) ?? false),
      targetHasLeft: user !== undefined && (room?.left.has(user) ?? false),
      otherOwners: others.filter(([, { role }]) => role === 'owner').length,
      successor: successor && this.#house.person(successor),
      joinedRooms: this.rooms.filter(({ members }) => members.get(target)?.joinedBy === target)
        .length,
      nameIsTaken:
        command.kind === 'create' &&
        this.rooms.some(
          ({ isDeleted, key, skeletons }) =>
            !isDeleted &&
            (key === command.room.key ||
              skeletons.some((one) => command.room.skeletons.includes(one))),
        ),
    }
  }

  #apply(by: Name, change: RoomChange, command: RoomCommand): void {
    const key = command.kind === 'create' ? command.room.key : command.room
    if (change.kind === 'create') {
      const { key, skeletons, name, title, topic, access, history } = change.room
      const createdAt = this.#house.clock.now()
      const fields = { name, title, topic, access, history, archived: false, createdAt }
      this.rooms.push({
        id: 0,
        key,
        skeletons,
        fields,
        isDeleted: false,
        members: new Map(),
        bans: new Map(),
        left: new Map(),
      })
      return
    }
    const room = this.byKey(key) as ModelRoom
    if ('member' in change) this.#applyToMember(by, change, room)
    else if (change.kind === 'update') {
      Object.assign(room.fields, change.fields)
      this.#write(this.#entry('room-updated', by), room)
    } else {
      const { id } = this.#write(this.#entry('room-deleted', by), room).entry
      for (const name of room.members.keys()) room.left.set(name, id)
      room.members.clear()
      room.isDeleted = true
    }
  }

  #applyToMember(by: Name, change: Extract<RoomChange, { member: Person }>, room: ModelRoom): void {
    const name = change.member.username as Name
    const at = this.#house.clock.now()
    if (change.kind === 'ban') room.bans.set(name, { by, at })
    else if (change.kind === 'unban') room.bans.delete(name)
    else if (change.kind === 'join') {
      const { role } = change
      const joinedId = this.log.length + 1
      room.members.set(name, { role, joinedId, joinedBy: by, joinedAt: at })
      this.#write(this.#memberEntry('joined', by, name, role, null), room)
    } else if (change.kind === 'leave') {
      const { id } = this.#write(
        this.#memberEntry('left', by, name, null, change.reason),
        room,
      ).entry
      room.members.delete(name)
      room.left.set(name, id)
    } else {
      Object.assign(room.members.get(name) as Stay, { role: change.role })
      this.#write(this.#memberEntry('role-changed', by, name, change.role, null), room)
    }
  }

  #write(entry: Entry, room: ModelRoom | undefined): Written {
    const written = { entry, room, members: new Set(room?.members.keys()) }
    this.log.push(written)
    return written
  }

  #entry(kind: 'room-updated' | 'room-deleted', by: Name): Entry {
    return { kind, id: this.log.length + 1, by: this.#house.person(by), ...toBeFilled }
  }

  #memberEntry(
    kind: 'joined' | 'left' | 'role-changed',
    by: Name,
    member: Name,
    role: RoomRole | null,
    reason: 'left' | 'removed' | 'banned' | null,
  ): Entry {
    const id = this.log.length + 1
    const { person } = this.#house
    const [actor, target] = [by, member].map(person, this.#house) as [never, never]
    return { kind, id, by: actor, member: target, role, reason, ...toBeFilled }
  }
}

/** The room depends on who is told, and when. */
const toBeFilled = { room: { id: 0, name: '' }, hiddenFrom: [] }
