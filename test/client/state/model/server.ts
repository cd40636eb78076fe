import type { ChatMessage } from '../../../../src/client/state/index.ts'
import { conversationBody, conversationIdOf, messageBody, roomBody } from './bodies.ts'
import {
  type Audience,
  audiencesOf,
  type Data,
  type Entry,
  emptyData,
  isHidden,
  mayRead,
  mayReadRoom,
  pairOf,
  roomOfAudience,
  type StoredMessage,
  type StoredRoom,
} from './log.ts'

/**
 * A small model of a server: one log, rooms, changes, markers, copies that are put back. Calls that
 * the rules of rooms would refuse are carried out or ignored: who may do what is tested elsewhere.
 */
export class ModelServer {
  data = emptyData()
  epoch = 1
  /** By epoch: the first id that it did not take over from the one before. */
  readonly forks: { epoch: number; first: number }[] = []
  readonly online = new Set<string>()
  /** Told of state that is not in the log. */
  onRead: (user: string, conversation: string, upTo: number) => void = () => {}

  get head(): number {
    return this.data.log.length
  }

  get cursor(): string {
    return `${this.head}-${this.epoch}`
  }

  post(
    from: string,
    audience: Audience,
    text: string,
    mentions: string[] = [],
  ): ChatMessage | undefined {
    const { data } = this
    const room = roomOfAudience(data, audience)
    if (room && (room.deleted || !(from in room.members))) return undefined
    const names = audience.startsWith('direct:') ? audience.slice(7).split('|') : []
    const to = names.find((name) => name !== from) ?? names[0] ?? ''
    const id = this.head + 1
    const message = {
      id,
      audience,
      from,
      to,
      text,
      mentions,
      edited: false,
      deleted: false,
      reactions: {},
    }
    data.messages[id] = message
    if (to && !data.pairs.includes(audience)) data.pairs.push(audience)
    this.#append({ kind: 'message', audience, actor: from })
    data.markers[`${from} ${audience}`] = id
    return this.bodyOf(message, from)
  }

  edit(user: string, id: number, text: string, mentions: string[] = []): ChatMessage | undefined {
    const message = this.#changeable(user, id)
    if (!message || message.from !== user) return undefined
    Object.assign(message, { text, mentions, edited: true })
    this.#append({ kind: 'updated', audience: message.audience, actor: user, ref: id })
    return this.bodyOf(message, user)
  }

  delete(user: string, id: number): void {
    const message = this.#changeable(user, id)
    if (!message) return
    Object.assign(message, { deleted: true, reactions: {} })
    this.#append({ kind: 'deleted', audience: message.audience, actor: user, ref: id })
  }

  react(user: string, id: number, emoji: string): void {
    const message = this.#changeable(user, id)
    if (!message) return
    message.reactions[emoji] ??= []
    const by = message.reactions[emoji]
    const has = by.includes(user)
    if (has) by.splice(by.indexOf(user), 1)
    else by.push(user)
    const kind = has ? 'unreacted' : 'reacted'
    this.#append({ kind, audience: message.audience, actor: user, ref: id, detail: emoji })
  }

  /** What an idempotent retry is answered: the message as it is now. */
  bodyOf(message: StoredMessage, user: string): ChatMessage {
    return messageBody(this.data, message, user)
  }

  make(user: string, name: string, access: 'open' | 'private', sinceJoined: boolean): void {
    if (this.roomNamed(name)) return
    const number = this.data.rooms.length + 1
    const history = sinceJoined && access === 'private' ? 'since-joined' : 'all'
    const room = {
      number,
      name,
      title: `${name} ${number}`,
      access,
      history,
      deleted: false,
    } as const
    this.data.rooms.push({ ...room, members: {} })
    this.join(user, name, 'owner')
  }

  join(user: string, name: string, role = 'member'): void {
    const room = this.roomNamed(name)
    if (!room || user in room.members) return
    room.members[user] = { joined: this.head + 1, role }
    this.#append({ kind: 'joined', audience: `room:${room.number}`, target: user, detail: role })
    this.data.markers[`${user} room:${room.number}`] = this.head
  }

  leave(user: string, name: string): void {
    const room = this.roomNamed(name)
    if (!room || !(user in room.members)) return
    const members = Object.keys(room.members)
    delete room.members[user]
    this.#append({ kind: 'left', audience: `room:${room.number}`, target: user, members })
  }

  setRole(user: string, name: string, role: string): void {
    const member = this.roomNamed(name)?.members[user]
    if (!member || member.role === role) return
    member.role = role
    this.#appendTo(name, { kind: 'role', target: user, detail: role })
  }

  change(name: string, change: Partial<Pick<StoredRoom, 'title' | 'access'>>): void {
    const room = this.roomNamed(name)
    if (!room) return
    Object.assign(room, change)
    this.#appendTo(name, { kind: 'room-updated' })
  }

  deleteRoom(name: string): void {
    const room = this.roomNamed(name)
    if (!room) return
    const members = Object.keys(room.members)
    Object.assign(room, { deleted: true, members: {} })
    this.#append({ kind: 'room-deleted', audience: `room:${room.number}`, members })
  }

  read(user: string, audience: Audience, upTo: number): void {
    const key = `${user} ${audience}`
    const room = roomOfAudience(this.data, audience)
    if (room && !(user in room.members)) return
    if (upTo <= (this.data.markers[key] ?? 0)) return
    this.data.markers[key] = upTo
    this.onRead(user, conversationIdOf(this.data, user, audience), upTo)
  }

  erase(user: string): void {
    for (const { reactions } of Object.values(this.data.messages))
      for (const by of Object.values(reactions))
        if (by.includes(user)) by.splice(by.indexOf(user), 1)
    this.#append({ kind: 'erased', audience: 'everyone', target: user })
    this.data.erased[user] = this.head
  }

  /** Puts a copy back: the log forks after it. */
  restore(copy: Data): void {
    this.data = structuredClone(copy)
    this.epoch++
    this.forks.push({ epoch: this.epoch, first: this.head + 1 })
  }

  roomNamed(name: string): StoredRoom | undefined {
    return this.data.rooms.find((room) => room.name === name && !room.deleted)
  }

  /** The body of a GET; undefined: 404. */
  get(user: string, path: string): unknown {
    const { pathname, searchParams: query } = new URL(path, 'http://model')
    const [, , kind, name, part] = pathname.split('/').map(decodeURIComponent)
    const limit = Number(query.get('limit'))
    if (kind === 'users') return this.#online(limit)
    if (kind === 'conversations')
      return name === undefined ? this.#list(user, query, limit) : this.#conversation(user, name)
    if (kind === 'messages') {
      const partner = query.get('with')
      return this.#page(user, query, limit, partner === null ? undefined : pairOf(user, partner))
    }
    const room = this.roomNamed(name as string)
    if (!room || !mayReadRoom(room, user)) return undefined
    if (part === 'members') return this.#members(room, query.get('after') ?? '', limit)
    if (part === 'messages') return this.#page(user, query, limit, `room:${room.number}`)
    return roomBody(room, user)
  }

  summaries(user: string) {
    return audiencesOf(this.data, user).map((audience) =>
      conversationBody(this.data, user, audience, 100),
    )
  }

  #conversation(user: string, id: string): unknown {
    return this.summaries(user).find((summary) => summary.id === id)
  }

  #list(user: string, query: URLSearchParams, limit: number): unknown {
    const [lastId = Infinity, beforeId = ''] = query.get('before')?.split(',') ?? []
    const all = this.summaries(user)
      .sort((a, b) => b.lastId - a.lastId || (a.id < b.id ? -1 : 1))
      .filter(
        (each) =>
          each.lastId < Number(lastId) || (each.lastId === Number(lastId) && each.id > beforeId),
      )
    return { conversations: all.slice(0, limit), more: all.length > limit, cursor: this.cursor }
  }

  #page(user: string, query: URLSearchParams, limit: number, audience?: Audience): unknown {
    const before = Number(query.get('before') ?? Infinity)
    const all = Object.values(this.data.messages).filter(
      (message) =>
        message.id < before &&
        (audience ? message.audience === audience : this.#wasCarried(user, message)) &&
        mayRead(this.data, user, message),
    )
    return {
      messages: all.slice(-limit).map((message) => messageBody(this.data, message, user, true)),
      more: all.length > limit,
      cursor: this.cursor,
    }
  }

  /** Without a conversation: what a stream from 0 covers. */
  #wasCarried(user: string, { id, audience }: StoredMessage): boolean {
    return !audience.startsWith('room:') || this.data.log[id - 1]?.members.includes(user) === true
  }

  #members({ members }: StoredRoom, after: string, limit: number): unknown {
    const all = Object.keys(members)
      .sort()
      .filter((name) => name > after)
    const page = all.slice(0, limit).map((username) => {
      const role = members[username]?.role
      return { username, role, joinedAt: '', online: this.online.has(username) }
    })
    return { members: page, count: Object.keys(members).length, more: all.length > limit }
  }

  #online(limit: number): unknown {
    const users = [...this.online].sort().map((username) => ({ username, onlineSince: '' }))
    return { users: users.slice(0, limit), count: users.length, more: users.length > limit }
  }

  #changeable(user: string, id: number): StoredMessage | undefined {
    const message = this.data.messages[id]
    if (!message || message.deleted || isHidden(this.data, message)) return undefined
    return mayRead(this.data, user, message) ? message : undefined
  }

  #appendTo(name: string, entry: Partial<Entry> & Pick<Entry, 'kind'>): void {
    this.#append({ ...entry, audience: `room:${this.roomNamed(name)?.number}` })
  }

  #append(entry: Partial<Entry> & Pick<Entry, 'kind' | 'audience'>): void {
    const members = Object.keys(roomOfAudience(this.data, entry.audience)?.members ?? {})
    const rest = { actor: '', target: '', ref: 0, detail: '', members }
    this.data.log.push({ ...rest, ...entry, id: this.head + 1 })
  }
}
