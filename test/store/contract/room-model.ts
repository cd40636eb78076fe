import {
  type ChangeCommand,
  type ChangeFacts,
  decideChange,
} from '../../../src/store/message-changes.ts'
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
  /** 0 until it is. */
  deletedAt: number
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
  /** Of a change, what it changed. */
  message?: Written
  /** To a message, in their order. */
  reactions: { emoji: string; by: Name }[]
}

const kindsOfChanges = {
  edit: 'edited',
  delete: 'deleted',
  react: 'reaction-added',
  unreact: 'reaction-removed',
} as const

/**
 * Rooms as objects in memory. The rules are those of the server; the facts, what the changes do and
 * what may be seen are told here again, by what was written down at each entry.
 */
export class RoomModel {
  readonly rooms: ModelRoom[] = []
  readonly log: Written[] = []
  /** Entries before it were trimmed. */
  oldest = 1
  readonly #keys = new Map<string, Written>()
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

  post(
    by: Name,
    { text, to, replyTo, metadata, mentions = [], idempotency }: Omit<Draft, 'session'>,
  ): { kind: string; entry?: MessageEntry; written: Written[] } {
    const key = `${by} ${idempotency?.key}`
    const known = this.#keys.get(key)
    if (idempotency && known && known.entry.id >= this.oldest)
      return { kind: 'replayed', entry: this.#replayOf(known), written: [] }
    const room = to?.type === 'room' ? this.byKey(to.key) : undefined
    if (to?.type === 'room') {
      if (!room || !this.mayRead(by, room)) return { kind: 'unknown-room', written: [] }
      if (room.bans.has(by)) return { kind: 'forbidden', written: [] }
      if (!room.members.has(by)) return { kind: 'not-a-member', written: [] }
      if (room.fields.archived) return { kind: 'room-archived', written: [] }
    }
    const recipient = to?.type === 'direct' ? (to.key as Name) : undefined
    const mentioned = mentions
      .map(([name]) => name as Name)
      .filter((name) => {
        if (room) return this.mayRead(name, room)
        return recipient === undefined || name === recipient || name === by
      })
    const entry: MessageEntry = {
      kind: 'message',
      id: this.log.length + 1,
      from: this.#house.person(by),
      to: recipient ? this.#house.person(recipient) : null,
      room: room ? this.refOf(room) : null,
      text,
      sentAt: this.#house.clock.now(),
      ...(replyTo !== undefined && { replyTo }),
      ...(metadata !== undefined && { metadata }),
      ...(mentioned.length > 0 && { mentions: mentioned }),
    }
    if (replyTo !== undefined) {
      const target = this.visible(by, replyTo)
      if (!target || audienceOf(target) !== audienceOf({ entry, room }))
        return { kind: 'unknown-reply', written: [] }
    }
    const written = this.#write(entry, room)
    if (idempotency) this.#keys.set(key, written)
    return { kind: 'appended', entry, written: [written] }
  }

  /** What `log.change` answers, and what was written. */
  change(by: Name, command: ChangeCommand): { outcome: object; written: Written[] } {
    const target = this.visible(by, command.id)
    const decision = decideChange(command, this.#changeFactsOf(by, command, target))
    if ('refusal' in decision) return { outcome: { kind: decision.refusal }, written: [] }
    const changed = target as Written
    const written = decision.change ? [this.#applyChange(by, command, changed)] : []
    const outcome = { kind: 'done', message: changed.entry, changed: decision.change }
    return { outcome, written }
  }

  /** The message with an id, where they may see it. */
  visible(viewer: Name, id: number): Written | undefined {
    const written = id >= this.oldest ? this.log[id - 1] : undefined
    return written && this.shows(viewer, written) ? written : undefined
  }

  /** A message as pages tell it. */
  onPage(viewer: Name, { entry, reactions }: Written): Entry {
    const emoji = [...new Set(reactions.map(({ emoji }) => emoji))]
    if (emoji.length === 0) return entry
    const told = emoji.map((emoji) => {
      const by = reactions.filter((one) => one.emoji === emoji).map(({ by }) => by)
      return { emoji, count: by.length, me: by.includes(viewer), by }
    })
    return { ...(entry as MessageEntry), reactions: told }
  }

  mayRead(viewer: Name, room: ModelRoom): boolean {
    return !room.isDeleted && mayRead(room.fields, room.members.get(viewer)?.role)
  }

  /** Whether a stream carries it now. */
  carries(viewer: Name, written: Written): boolean {
    const { entry, message, room } = written
    if (!this.reaches(viewer, written)) return false
    if (entry.kind === 'message') return entry.deletedAt === undefined
    if (!message) return true
    if (message.entry.id < this.oldest) return false
    if (room?.fields.history === 'since-joined' && !message.members.has(viewer)) return false
    return entry.kind === 'deleted' || (message.entry as MessageEntry).deletedAt === undefined
  }

  /** The same of a message that may be deleted, and of a change whose message one may not see. */
  reaches(viewer: Name, { entry, room, members, message }: Written): boolean {
    if (message && !room) return this.#isOwnOrForAll(viewer, message.entry)
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
  toldTo(viewer: Name, written: Written): Entry {
    const { entry, room } = written
    if (written.message) return changeAsNow(written, written.message)
    if (!room || entry.kind === 'message') return entry as Entry
    const told = this.mayRead(viewer, room) ? this.stateOf(room) : this.refOf(room)
    return { ...entry, room: told } as Entry
  }

  /** An entry as it is published, when nothing came after its commit. */
  published(written: Written): Entry {
    const { entry, room } = written
    if (written.message) return changeAsNow(written, written.message)
    if (!room || entry.kind === 'message') return entry as Entry
    return { ...entry, room: room.isDeleted ? this.refOf(room) : this.stateOf(room) } as Entry
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
      callerIsBlocked: false,
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
        deletedAt: 0,
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
      room.deletedAt = this.#house.clock.now()
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

  #replayOf({ entry, room }: Written): MessageEntry {
    const message = entry as MessageEntry
    if (!room?.isDeleted || message.deletedAt !== undefined) return message
    return tombstoneOf(message, room.deletedAt)
  }

  #changeFactsOf(by: Name, command: ChangeCommand, target: Written | undefined): ChangeFacts {
    const emoji = 'emoji' in command ? command.emoji : undefined
    const { room, reactions = [] } = target ?? {}
    const others = reactions.filter((one) => one.emoji !== emoji)
    return {
      caller: this.#house.person(by),
      now: this.#house.clock.now(),
      message: target?.entry as MessageEntry | undefined,
      room: room && {
        archived: room.fields.archived,
        callerRole: room.members.get(by)?.role,
        callerIsBanned: room.bans.has(by),
      },
      isBlocked: false,
      hasReacted: reactions.some((one) => one.emoji === emoji && one.by === by),
      otherEmoji: new Set(others.map((one) => one.emoji)).size,
    }
  }

  #applyChange(by: Name, command: ChangeCommand, target: Written): Written {
    const { kind } = command
    const message = target.entry as MessageEntry
    const now = this.#house.clock.now()
    if (kind === 'edit') target.entry = this.#edited(command, target)
    else if (kind === 'delete') {
      target.entry = tombstoneOf(message, now)
      target.reactions = []
    } else {
      const { emoji } = command
      if (kind === 'react') target.reactions.push({ emoji, by })
      else target.reactions = target.reactions.filter((one) => one.emoji !== emoji || one.by !== by)
    }
    const entry = {
      kind: kindsOfChanges[kind],
      id: this.log.length + 1,
      message,
      by: this.#house.person(by),
      hiddenFrom: [],
      ...('emoji' in command && { emoji: command.emoji, count: 0 }),
    } as Entry
    const written = this.#write(entry, target.room)
    written.message = target
    return written
  }

  #edited({ text, metadata }: ChangeCommand & { kind: 'edit' }, target: Written): MessageEntry {
    const { mentions: before, metadata: old, ...rest } = target.entry as MessageEntry
    const mentions = text
      ? text.mentions.map(([name]) => name as Name).filter((name) => this.shows(name, target))
      : before
    const data = metadata === undefined ? old : metadata
    return {
      ...rest,
      text: text?.value ?? rest.text,
      editedAt: this.#house.clock.now(),
      ...(mentions && mentions.length > 0 && { mentions }),
      ...(data !== undefined && data !== null && { metadata: data }),
    }
  }

  #write(entry: Entry, room: ModelRoom | undefined): Written {
    const written: Written = { entry, room, members: new Set(room?.members.keys()), reactions: [] }
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
    const { person, clock } = this.#house
    const [actor, target] = [by, member].map(person, this.#house) as [never, never]
    return { kind, id, at: clock.now(), by: actor, member: target, role, reason, ...toBeFilled }
  }
}

/** The room depends on who is told, and when. */
const toBeFilled = { room: { id: 0, name: '' }, hiddenFrom: [] }

function tombstoneOf(message: MessageEntry, deletedAt: number): MessageEntry {
  const { kind, id, from, to, room, sentAt } = message
  return { kind, id, from, to, room, text: '', sentAt, deletedAt }
}

function changeAsNow({ entry }: Written, { entry: message, reactions }: Written): Entry {
  const { emoji } = entry as { emoji?: string }
  const count = reactions.filter((one) => one.emoji === emoji).length
  return { ...entry, message, ...(emoji !== undefined && { count }) } as Entry
}

function audienceOf({ entry, room }: Pick<Written, 'entry' | 'room'>): unknown {
  if (room) return room
  const { from, to } = entry as MessageEntry
  return to === null ? 'everyone' : [from.id, to.id].sort().join()
}
