import { randomFrom } from '../../support/random.ts'
import type { Answer, Person } from './caller.ts'
import { markOf } from './log-entry.ts'

/**
 * What a load does. Most posts are for everyone, some are direct. Every `roomEvery`th act makes a room,
 * until there is one of each kind, and after that it is one of these, by chance and in these shares. An act
 * for which nothing or nobody is there is a post in a room.
 */
const shares = {
  post: 54,
  edit: 12,
  delete: 4,
  react: 14,
  join: 4,
  leave: 4,
  add: 4,
  remove: 4,
}

const kindsOfRooms = [
  { access: 'open' },
  { access: 'private' },
  { access: 'private', history: 'since-joined' },
] as const

const emojis = ['👍', '🐟']

/** Messages are changed while they are among so many newest. */
const changeable = 100

export interface ActOptions {
  /** Tells its texts, keys and rooms from those of another load, in visible ASCII; default: none. */
  name?: string
  people: readonly Person[]
  /** What comes after the words that tell texts apart. */
  filler?: string
  /** Every so many acts one is a direct message to the next person. 0: none. */
  directEvery?: number
  /** Every so many acts one is about a room or changes a message; default 2. 0: none. */
  roomEvery?: number
  /** Every so many posts one has no Idempotency-Key, so that its lost answer stays lost. 0: none. */
  keylessEvery?: number
}

/** One call that someone makes until it is answered, and what became of it. */
export interface Act {
  by: Person
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body: object | undefined
  /** Like no other: of a message, or of its edit. */
  text: string | undefined
  /** Of a message: who it is for; undefined for everyone. */
  to: { user: string } | { room: string } | undefined
  key: string | undefined
  /** The entry that it makes in the log (`markOf`). Undefined: a message, or none, as it changes nothing. */
  mark: string | undefined
  /** For each attempt: the status, with the problem's code where there is one; or `no answer`, `hangs`. */
  outcomes: string[]
  /** Of a message: where it stands in the log, by a 201. */
  id: number | undefined
  /** The message that it changes. */
  message: number | undefined
  /** When it was answered for good, as `performance.now()` has it. */
  answeredAt: number | undefined
}

/** What is known of a room that was made. Nobody but this load's people changes it. */
interface KnownRoom {
  name: string
  access: 'open' | 'private'
  /** Who made it. They stay. */
  owner: Person
  members: Set<Person>
}

/** What is known of a message that was sent. */
interface KnownMessage {
  id: number
  from: Person
  /** Who may react to it. */
  readers: Iterable<Person>
  /** Who has reacted, each with an emoji. */
  reactions: Set<string>
}

type Wanted = Pick<Act, 'by' | 'method' | 'path'> & Partial<Act>

interface Effect {
  /** On which nobody else acts meanwhile. */
  target?: string
  done(answer: Answer): void
  /** It was refused at a later attempt because it had been done at an earlier one. */
  doneBefore?(): void
}

/**
 * Chooses what comes next, from what is known of the rooms and the messages by the answers so far. Acts on
 * the same message, or on the same membership, come one after another: so it is known which of them changes
 * something. While a membership ends, its person may still be posting in the room, and be refused.
 */
export class Acts {
  readonly #options: ActOptions
  readonly #random = randomFrom(1)
  readonly #rooms: KnownRoom[] = []
  readonly #messages = new Map<number, KnownMessage>()
  /** The messages and memberships on which somebody acts. */
  readonly #busy = new Set<string>()
  /** What an act changes in what is known. */
  readonly #effects = new Map<Act, Effect>()
  #number = 0
  #roomsBegun = 0

  constructor(options: ActOptions) {
    this.#options = options
  }

  next(): Act {
    this.#number++
    return (this.#isTurn(this.#options.roomEvery ?? 2) && this.#inRooms()) || this.#postAnywhere()
  }

  /** @param answer undefined where it is not known whether it was done */
  ended(act: Act, answer: Answer | undefined): void {
    const effect = this.#effects.get(act)
    this.#effects.delete(act)
    const isDone = answer !== undefined && answer.status < 300
    const wasDoneBefore = !isDone && act.outcomes.length > 1
    if (isDone) effect?.done(answer)
    if (wasDoneBefore) effect?.doneBefore?.()
    // Where it is not known whether it was done before, nobody acts on that again.
    if (!wasDoneBefore || effect?.doneBefore) this.#busy.delete(effect?.target ?? '')
  }

  #inRooms(): Act | undefined {
    if (this.#roomsBegun < kindsOfRooms.length) return this.#makeRoom()
    const acts = {
      post: () => undefined,
      edit: () => this.#edit(),
      delete: () => this.#delete(),
      react: () => this.#react(),
      join: () => this.#join(),
      leave: () => this.#leave(),
      add: () => this.#add(),
      remove: () => this.#remove(),
    }
    let chance = this.#random() * Object.values(shares).reduce((sum, share) => sum + share)
    for (const [what, share] of Object.entries(shares)) {
      chance -= share
      if (chance < 0) return acts[what as keyof typeof shares]() ?? this.#postInRoom()
    }
    return this.#postInRoom()
  }

  #postAnywhere(): Act {
    const { people, directEvery = 0 } = this.#options
    const by = people[this.#number % people.length] as Person
    const next = people[(this.#number + 1) % people.length] as Person
    if (!this.#isTurn(directEvery)) return this.#post(by, undefined, people)
    return this.#post(by, { user: next.username }, [by, next])
  }

  #postInRoom(): Act | undefined {
    const room = this.#pick(this.#rooms)
    return (
      room && this.#post(this.#pick([...room.members]) as Person, { room: room.name }, room.members)
    )
  }

  #post(by: Person, to: Act['to'], readers: Iterable<Person>): Act {
    const { name = '', filler = '', keylessEvery = 0 } = this.#options
    const text = `message ${name}${this.#number} ${filler}`
    const [path, body] = !to
      ? ['/v1/messages/broadcast', { text }]
      : 'room' in to
        ? [`/v1/rooms/${to.room}/messages`, { text }]
        : ['/v1/messages/direct', { to: to.user, text, whenOffline: 'keep' }]
    const key = this.#isTurn(keylessEvery) ? undefined : this.#key()
    const done = ({ body: { id } }: Answer) => {
      this.#messages.set(id, { id, from: by, readers, reactions: new Set() })
      const [oldest] = this.#messages.keys()
      if (this.#messages.size > changeable) this.#messages.delete(oldest as number)
    }
    return this.#act({ by, method: 'POST', path, body, text, to, key }, { done })
  }

  #makeRoom(): Act {
    const kind = kindsOfRooms[this.#roomsBegun++ % kindsOfRooms.length] as (typeof kindsOfRooms)[0]
    const owner = this.#pick(this.#options.people) as Person
    const name = `${this.#options.name ?? ''}room${this.#roomsBegun}`
    const mark = markOf({
      kind: 'joined',
      from: owner.username,
      room: { name },
      member: owner.username,
    })
    const body = { name, ...kind }
    const wanted = { by: owner, method: 'POST', path: '/v1/rooms', body, key: this.#key() } as const
    const room = { name, access: kind.access, owner, members: new Set([owner]) }
    return this.#act({ ...wanted, mark }, { done: () => this.#rooms.push(room) })
  }

  #edit(): Act | undefined {
    const message = this.#idleMessage()
    const { name = '' } = this.#options
    const text = `edit ${name}${this.#number}`
    return message && this.#change(message, 'edited', { method: 'PATCH', body: { text }, text })
  }

  #delete(): Act | undefined {
    const message = this.#idleMessage()
    return (
      message &&
      this.#change(message, 'deleted', { method: 'DELETE' }, () =>
        this.#messages.delete(message.id),
      )
    )
  }

  #change(
    { id, from }: KnownMessage,
    kind: 'edited' | 'deleted',
    how: Pick<Wanted, 'method' | 'body' | 'text'>,
    done = () => {},
  ): Act {
    const mark = markOf({ kind, from: from.username, ref: id })
    const wanted = { ...how, by: from, path: `/v1/messages/${id}`, message: id, mark }
    return this.#act(wanted, { target: `${id}`, done })
  }

  /** Adds a reaction, or takes it away where that person has it. */
  #react(): Act | undefined {
    const message = this.#idleMessage()
    const by = message && this.#pick([...message.readers])
    if (!by) return undefined
    const { id, reactions } = message
    const text = this.#pick(emojis) as string
    const reaction = `${by.username} ${text}`
    const has = reactions.has(reaction)
    const kind = has ? 'reaction-removed' : 'reaction-added'
    const wanted = {
      by,
      method: has ? 'DELETE' : 'PUT',
      path: `/v1/messages/${id}/reactions/${encodeURIComponent(text)}`,
      message: id,
      mark: markOf({ kind, from: by.username, ref: id, text }),
    } as const
    const done = () => (has ? reactions.delete(reaction) : reactions.add(reaction))
    return this.#act(wanted, { target: `${id}`, done })
  }

  #join(): Act | undefined {
    const room = this.#pick(this.#rooms.filter(({ access }) => access === 'open'))
    const person = room && this.#outsider(room)
    return person && this.#setMember(room, person, person, 'joined')
  }

  #add(): Act | undefined {
    const room = this.#pick(this.#rooms)
    const person = room && this.#outsider(room)
    return person && this.#setMember(room, room.owner, person, 'joined')
  }

  #leave(): Act | undefined {
    const room = this.#pick(this.#rooms)
    const person = room && this.#guest(room)
    return person && this.#setMember(room, person, person, 'left')
  }

  #remove(): Act | undefined {
    const room = this.#pick(this.#rooms)
    const person = room && this.#guest(room)
    return person && this.#setMember(room, room.owner, person, 'left')
  }

  #setMember(
    room: KnownRoom,
    by: Person,
    person: Person,
    kind: 'joined' | 'left',
  ): Act | undefined {
    const { name, members } = room
    const { username } = person
    const target = `${name} ${username}`
    if (this.#busy.has(target)) return undefined
    const mark = markOf({ kind, from: by.username, room, member: username })
    const path = `/v1/rooms/${name}/members/${username}`
    const joins = kind === 'joined'
    const wanted = { by, method: joins ? 'PUT' : 'DELETE', path, mark } as const
    if (joins) {
      return this.#act({ ...wanted, body: {} }, { target, done: () => members.add(person) })
    }
    const done = () => members.delete(person)
    // Who has left a private room does not find it again.
    return this.#act(wanted, { target, done, doneBefore: done })
  }

  #outsider({ members }: KnownRoom): Person | undefined {
    return this.#pick(this.#options.people.filter((person) => !members.has(person)))
  }

  #guest({ owner, members }: KnownRoom): Person | undefined {
    return this.#pick([...members].filter((person) => person !== owner))
  }

  #idleMessage(): KnownMessage | undefined {
    return this.#pick([...this.#messages.values()].filter(({ id }) => !this.#busy.has(`${id}`)))
  }

  #act(wanted: Wanted, effect: Effect): Act {
    const act: Act = {
      body: undefined,
      text: undefined,
      to: undefined,
      key: undefined,
      mark: undefined,
      outcomes: [],
      id: undefined,
      message: undefined,
      answeredAt: undefined,
      ...wanted,
    }
    if (effect.target !== undefined) this.#busy.add(effect.target)
    this.#effects.set(act, effect)
    return act
  }

  #key(): string {
    return `key-${this.#options.name ?? ''}${this.#number}`
  }

  #isTurn(every: number): boolean {
    return every > 0 && this.#number % every === 0
  }

  #pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.#random() * list.length)]
  }
}
