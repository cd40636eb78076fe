import type {
  Conversation,
  ConversationKey,
  ConversationRef,
  ConversationRefusal,
} from '../../../src/store/conversation-store.ts'
import type { MessageEntry } from '../../../src/store/message-log.ts'
import { idOf } from '../conversation-keys.ts'
import type { House, Name } from './house.ts'
import type { ModelRoom, RoomModel, Written } from './room-model.ts'

const MAX_COUNT = 100

/** `everyone`, a room, or the names of two people in order. */
type Audience = 'everyone' | ModelRoom | string

/** What each person has read, by what was written down at each entry. */
export class ConversationModel {
  readonly #house: House
  readonly #rooms: RoomModel
  readonly #markers = new Map<Name, Map<Audience, { readUpTo: number; muted: boolean }>>()

  constructor(house: House, rooms: RoomModel) {
    this.#house = house
    this.#rooms = rooms
  }

  /** Takes what a call wrote, in order. */
  add(written: readonly Written[]): void {
    for (const { entry, room } of written) {
      if (entry.kind === 'message')
        this.#move(nameOf(entry.from), room ?? audienceOf(entry), entry.id)
      else if (entry.kind === 'joined')
        this.#move(nameOf(entry.member), room as ModelRoom, entry.id)
      else if (entry.kind === 'left')
        this.#markersOf(nameOf(entry.member)).delete(room as ModelRoom)
    }
  }

  /** What it moves, if anything. */
  read(viewer: Name, key: ConversationKey, upTo: number): ConversationRefusal | 'stale' | 'done' {
    const refusal = this.refusal(viewer, key)
    if (refusal) return refusal
    if (upTo > this.#rooms.log.length) return 'stale'
    const audience = this.#audience(viewer, key)
    if (this.#isStored(audience)) this.#move(viewer, audience, upTo)
    return 'done'
  }

  mute(viewer: Name, key: ConversationKey, muted: boolean): void {
    const audience = this.#audience(viewer, key)
    if (this.#isStored(audience)) this.#marker(viewer, audience).muted = muted
  }

  refusal(viewer: Name, key: ConversationKey): ConversationRefusal | undefined {
    if (key.type === 'everyone') return undefined
    if (key.type === 'direct') return key.key in this.#house.people ? undefined : 'unknown-user'
    const room = this.#rooms.byKey(key.key)
    if (!room || !this.#rooms.mayRead(viewer, room)) return 'unknown-room'
    return room.members.has(viewer) ? undefined : 'not-a-member'
  }

  /** Where `refusal` finds nothing. */
  conversation(viewer: Name, key: ConversationKey): Conversation {
    const audience = this.#audience(viewer, key)
    const room = typeof audience === 'string' ? undefined : audience
    const messages = this.#messagesIn(viewer, audience)
    const last = messages.at(-1) ?? null
    const { readUpTo, muted } = this.#marker(viewer, audience)
    const unread = messages.filter(
      ({ id, from, deletedAt }) =>
        id > readUpTo && from.username !== viewer && deletedAt === undefined,
    )
    const mentioned = unread.filter(({ mentions = [] }) => mentions.includes(viewer))
    const ref = this.#ref(key, room)
    return {
      ref,
      title: room?.fields.title ?? idOf(ref).replace('direct:', ''),
      last,
      lastId: last?.id ?? room?.members.get(viewer)?.joinedId ?? 0,
      readUpTo,
      unread: Math.min(MAX_COUNT, unread.length),
      mentioned: Math.min(MAX_COUNT, mentioned.length),
      muted,
      asOf: this.#rooms.log.length,
    }
  }

  /** In the order of the list. */
  list(viewer: Name): Conversation[] {
    const rooms = this.#rooms.rooms.filter(({ members }) => members.has(viewer))
    const others = (Object.keys(this.#house.people) as Name[]).filter((name) =>
      this.#isStored(pairOf(viewer, name)),
    )
    const keys: ConversationKey[] = [
      { type: 'everyone' },
      ...rooms.map(({ key }) => ({ type: 'room', key }) as const),
      ...others.map((key) => ({ type: 'direct', key }) as const),
    ]
    return keys.map((key) => this.conversation(viewer, key)).sort(inOrder)
  }

  ref(key: ConversationKey): ConversationRef {
    return this.#ref(key, key.type === 'room' ? this.#rooms.byKey(key.key) : undefined)
  }

  #ref(key: ConversationKey, room: ModelRoom | undefined): ConversationRef {
    if (key.type === 'everyone') return { type: 'everyone' }
    if (room) return { type: 'room', room: this.#rooms.refOf(room) }
    return { type: 'direct', with: this.#house.person(key.key as Name) }
  }

  #audience(viewer: Name, key: ConversationKey): Audience {
    if (key.type === 'everyone') return 'everyone'
    if (key.type === 'direct') return pairOf(viewer, key.key as Name)
    return this.#rooms.byKey(key.key) as ModelRoom
  }

  /** A direct conversation begins with its first message, also if that was trimmed. */
  #isStored(audience: Audience): boolean {
    return (
      typeof audience !== 'string' ||
      audience === 'everyone' ||
      this.#rooms.log.some(({ entry, room }) => !room && isOf(entry, audience))
    )
  }

  #messagesIn(viewer: Name, audience: Audience): MessageEntry[] {
    const isIn = ({ entry, room }: Written) =>
      room ? room === audience : isOf(entry, audience as string)
    return this.#rooms.log
      .slice(this.#rooms.oldest - 1)
      .filter((written) => isIn(written) && this.#rooms.shows(viewer, written))
      .map(({ entry }) => entry as MessageEntry)
  }

  #move(name: Name, audience: Audience, upTo: number): void {
    const marker = this.#marker(name, audience)
    marker.readUpTo = Math.max(marker.readUpTo, upTo)
  }

  #marker(name: Name, audience: Audience) {
    const markers = this.#markersOf(name)
    const marker = markers.get(audience) ?? { readUpTo: 0, muted: false }
    markers.set(audience, marker)
    return marker
  }

  #markersOf(name: Name) {
    const markers = this.#markers.get(name) ?? new Map()
    this.#markers.set(name, markers)
    return markers
  }
}

function inOrder(one: Conversation, other: Conversation): number {
  return other.lastId - one.lastId || (idOf(one.ref) < idOf(other.ref) ? -1 : 1)
}

function isOf(entry: Written['entry'], audience: string): boolean {
  return entry.kind === 'message' && audienceOf(entry) === audience
}

/** Of a message that was sent to no room. */
function audienceOf({ from, to }: MessageEntry): string {
  return to === null ? 'everyone' : pairOf(nameOf(from), nameOf(to))
}

function pairOf(one: Name, other: Name): string {
  return [one, other].sort().join()
}

function nameOf({ username }: { username: string }): Name {
  return username as Name
}
