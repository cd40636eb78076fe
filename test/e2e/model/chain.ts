import { isDeepStrictEqual } from 'node:util'
import type { EventReader, ReadEvent } from '../../support/event-reader.ts'
import { invariant } from './invariant.ts'
import { markerOf, never } from './model.ts'
import { ObservedPresence } from './observed-presence.ts'
import { anyOf, plain } from './posts.ts'
import { eventOf, tellTo } from './telling.ts'
import type { Message, Placed, Said } from './types.ts'
import type { Model } from './world.ts'

/** How a stream was opened, and what the log was then. */
export interface Opening {
  session: number
  /** Where its cursor stands; null without one. */
  placed: Placed | null
  presence: 'full' | 'none'
  /** The events that it carries; undefined for all. */
  events: readonly string[] | undefined
  head: number
  /** What is told is as of this entry or a later one. */
  asOf: number
  oldest: number
  /** Up to here the person's streams had surely reached what was kept for them. */
  reached: number
}

/** What a stream told that is not in the log. */
interface Told {
  read: { conversation: string; upTo: number }[]
  typing: { conversation: string; usernames: string[] }[]
}

/**
 * One client: a chain of streams, each opened with the last cursor of the one before. It holds
 * what came, and judges every event by the model as it comes.
 */
export class Chain {
  readonly person: string
  cursor: string | undefined
  /** The ids of all that came. */
  readonly heard = new Set<number>()
  reader: EventReader | undefined
  /** It does not read. */
  stalled = false
  /** It did not read, and may not have caught up since. */
  behind = false
  severed = false
  ready = false
  /** A message that was deleted before the stream can have come to it. */
  withheld = 0
  /** Why the server ended the stream. */
  bye: string | undefined
  /** Who is online, as the stream tells it; undefined before `ready` and without presence. */
  presence: ObservedPresence | undefined
  /** What the stream told that is not in the log. */
  told: Told = { read: [], typing: [] }
  readonly #model: Model
  #opening: Opening | undefined
  #taken = 0
  /** The id of the stream's cursor; undefined while it has none. */
  #position: number | undefined
  /** An event with an id has come: from then on the stream knows where it stands. */
  #placed = false
  #due: Placed['reset'] = null
  /** What was kept for this person and came before the stream had a cursor. */
  #early: number[] = []

  constructor(person: string, model: Model) {
    this.person = person
    this.#model = model
  }

  get open(): boolean {
    return this.reader !== undefined
  }

  get session(): number | undefined {
    return this.open ? this.#opening?.session : undefined
  }

  get beganAhead(): boolean {
    return this.#opening?.placed?.reset?.reason === 'ahead'
  }

  /** True once everything up to the head is here. */
  get atHead(): boolean {
    return this.#position === this.#model.log.head
  }

  /** The newest direct message to this person that came. */
  get newestToMe(): number {
    return Math.max(0, ...[...this.heard].filter((id) => this.#isToMe(id)))
  }

  /** Whether the streams carry an event. */
  carries(event: string): boolean {
    return this.#opening?.events?.includes(event) ?? true
  }

  /** Resolves when the stream has told something that is not in the log. */
  async hears(what: (told: Told) => boolean, name: string): Promise<void> {
    const isTold = () => {
      this.take()
      return what(this.told)
    }
    await this.reader?.until(isTold, name)
  }

  /** Begins a stream; with `anew` the client holds nothing of what came before. */
  begin(reader: EventReader, opening: Opening, { anew }: { anew: boolean }): void {
    if (anew) this.heard.clear()
    this.reader = reader
    this.#opening = opening
    this.stalled = this.behind = this.severed = this.ready = false
    this.bye = this.presence = this.#position = undefined
    this.told = { read: [], typing: [] }
    this.#taken = this.withheld = 0
    this.#placed = false
    this.#early = []
    this.#due = opening.placed?.reset ?? null
    if (opening.placed && this.#due === null) this.#start(opening.placed.position)
  }

  /** Judges the events that have come. The model must know all that they can tell of. */
  take(): void {
    const { events = [], cursor } = this.reader ?? {}
    for (; this.#taken < events.length; this.#taken++) this.#hear(events[this.#taken] as ReadEvent)
    this.cursor = cursor ?? this.cursor
  }

  stall(): void {
    this.stalled = this.behind = true
    this.reader?.stall()
  }

  readOn(): void {
    this.stalled = false
    this.reader?.resume()
  }

  /** Cuts the connection without a word; what has come by then is still to be taken. */
  cut(): void {
    this.severed = true
    this.reader?.cut()
  }

  /** Lets go of a stream that has ended. */
  leave(): void {
    this.reader = undefined
    this.ready = false
  }

  #hear({ event, id, data }: ReadEvent): void {
    invariant(this.bye === undefined, 'an event after bye', event)
    if (event === 'bye') this.bye = data.reason
    else if (event === 'reset') this.#reset(id, data)
    else if (event === 'ready') this.#becomeReady(id, data)
    else if (event === 'presence') {
      invariant(this.presence, 'presence that was not asked for', data)
      this.presence.hear(data)
    } else if (event === 'read' || event === 'typing') this.#hearState(event, data)
    else if (event !== 'heartbeat') this.#hearEntry(event, id, data)
    else {
      if (id === undefined) invariant(!this.#placed, 'a heartbeat without an id')
      else this.#advance(idOf(id, this.#model), 'heartbeat')
    }
  }

  /** What is not in the log. */
  #hearState(event: 'read' | 'typing', data: ReadEvent['data']): void {
    const { log, figures, moves, typists } = this.#model
    invariant(this.carries(event), 'an event that was left out', event)
    invariant(this.ready, 'state before ready', data)
    figures.count(figures.events, event)
    if (event === 'read') {
      const isTrue = moves.has(`${this.person} ${data.conversation} ${data.upTo}`)
      invariant(isTrue, `a marker that was never set by ${this.person}`, data)
      this.told.read.push(data)
      return
    }
    const [kind, name] = data.conversation.split(':')
    const audiences =
      kind === 'direct'
        ? [{ between: [this.person, name].sort() }]
        : log.rooms.flatMap((each, room) => (each.name === name ? { room } : []))
    for (const typist of data.usernames) {
      invariant(typist !== this.person, 'told of typing oneself', data)
      const isTrue = audiences.some((audience) => {
        const room = log.roomOf(audience)
        const isIn = !room || room.stays.some(({ person }) => person === this.person)
        return isIn && typists.has(markerOf(typist, audience))
      })
      invariant(isTrue, `typing that was not for ${this.person}`, data)
    }
    this.told.typing.push(data)
  }

  #hearEntry(event: string, id: string | undefined, data: ReadEvent['data']): void {
    const { log, figures } = this.#model
    invariant(this.carries(event), 'an event that was left out', event)
    if (id === undefined) this.#hearKept(event, data)
    else {
      const at = idOf(id, this.#model)
      invariant(!this.heard.has(at), 'an entry twice', at)
      invariant(at !== this.withheld, 'a message after its deletion', at)
      this.#advance(at, 'entry')
      const told = { event, data: plain(data) }
      const isTrue = this.#asOfAny(at, (now, oldest) => {
        return log.carried(this.person, at, now, oldest) && this.#isTold(at, now, told)
      })
      const due = log.carried(this.person, at) ? eventOf(this.person, log, at) : 'nothing'
      invariant(isTrue, `told to ${this.person} of the entry ${at}, instead of`, [told, due])
      this.heard.add(at)
    }
    figures.count(figures.events, event)
  }

  /**
   * Whether an event is the one of an entry as of another. Counts, and what it says of a room, may be as they
   * were before: what follows says them again. Texts may not.
   */
  #isTold(id: number, now: number, told: object): boolean {
    const { log } = this.#model
    const isTold = (at: number) =>
      isDeepStrictEqual(told, plain(eventOf(this.person, log, id, at, now)))
    if (/^message/.test(eventOf(this.person, log, id).event)) return isTold(now)
    // Who leaves hears on the way of what happened with it, as it is after all of it.
    const last = Math.max(now, log.entry(id).until ?? 0)
    return anyOf(last, id, isTold)
  }

  /** A message that was kept, to a stream without a cursor. */
  #hearKept(event: string, message: Message): void {
    const { log } = this.#model
    const { id } = message
    invariant(
      event === 'message' && this.#opening?.placed === null,
      'an entry without an id',
      event,
    )
    invariant(this.#position === undefined, 'a kept message after the head', id)
    invariant(this.#isToMe(id), 'a kept message to another', id)
    invariant(!this.heard.has(id), 'a kept message twice', id)
    const isTrue = this.#asOfAny(id, (now) => {
      const isThere = (log.said[id] as Said).deleted > now
      return isThere && isDeepStrictEqual(plain(message), plain(tellTo(this.person, log, id, now)))
    })
    invariant(isTrue, 'a kept message is told as', message)
    this.#early.push(id)
    this.heard.add(id)
  }

  #isToMe(id: number): boolean {
    const entry = this.#model.log.entry(id)
    return entry.kind === 'message' && entry.message.to === this.person
  }

  /** Whether something holds as of any entry at which an entry can have been read for this stream. */
  #asOfAny(id: number, holds: (at: number, oldest: number) => boolean): boolean {
    const { log } = this.#model
    const { asOf, oldest } = this.#opening as Opening
    const since = Math.max(id, asOf)
    if (anyOf(log.head, since, (at) => holds(at, log.oldest))) return true
    return oldest < log.oldest && anyOf(log.head, since, (at) => holds(at, oldest))
  }

  /** Everything up to an id, for this person, must have been written to this stream. */
  #advance(id: number, event: 'entry' | 'ready' | 'heartbeat'): void {
    const { log } = this.#model
    // Told of a new epoch, a stream stands where its cursor is, also where that is trimmed.
    const stands = event === 'heartbeat' && id === this.#position
    invariant(this.#due === null || stands, 'no reset before', event)
    this.#placed = true
    invariant(id <= log.head, 'an id past the head', id)
    if (this.#position === undefined) this.#startAtHead(event === 'entry' ? id - 1 : id)
    const position = this.#position ?? 0
    invariant(event === 'entry' ? id > position : id >= position, 'an id out of order', id)
    for (let between = position + 1; between < (event === 'entry' ? id : id + 1); between++)
      invariant(this.#mayPass(between), `${event} ${id} came to ${this.person}, lost was`, [
        between,
        log.entry(between),
      ])
    this.#position = id
  }

  /** Whether a stream may pass over an entry. */
  #mayPass(id: number): boolean {
    const { log } = this.#model
    return this.#asOfAny(id, (at, oldest) => {
      if (!log.carried(this.person, id, at, oldest)) return true
      return !this.carries(eventOf(this.person, log, id, at).event)
    })
  }

  #start(position: number): void {
    this.#position = position
  }

  /**
   * A stream without a cursor begins at the head of when it was opened; what was said meanwhile
   * may lie on either side. Before it comes what was kept.
   */
  #startAtHead(latest: number): void {
    const { log, people } = this.#model
    const { head, asOf, oldest, reached } = this.#opening as Opening
    invariant(latest >= head, 'a stream that began before the head', latest)
    const ids = log.entries.slice(0, latest).map((_, index) => index + 1)
    const since = (id: number, at: number) => (log.said[id] as Said).deleted > at
    const toMe = ids.filter((id) => id >= oldest && id > reached && this.#isToMe(id))
    const first = this.#early[0] ?? log.head + 1
    const mayCome = toMe.filter((id) => id >= first && since(id, asOf))
    const mustCome = mayCome.filter((id) => since(id, never - 1))
    const isRight =
      mustCome.every((id) => this.#early.includes(id)) &&
      isDeepStrictEqual(
        this.#early,
        mayCome.filter((id) => this.#early.includes(id)),
      )
    invariant(isRight, `of what was kept (${mustCome}) came`, this.#early)
    const high = people.perhapsReached(this.person)
    const missed = toMe.find((id) => {
      return (
        this.carries('message') &&
        id > high &&
        id >= log.oldest &&
        since(id, log.head) &&
        !this.heard.has(id)
      )
    })
    invariant(missed === undefined, 'lost of what was kept', missed)
    this.#start(latest)
  }

  #reset(id: string | undefined, data: ReadEvent['data']): void {
    const { log, figures } = this.#model
    const { reason, from, oldest, head } = data
    invariant(id === `${from}-${log.epoch}`, 'the id of a reset', id)
    invariant(head <= log.head && head >= (this.#opening?.head ?? 0), 'the head of a reset', head)
    invariant(oldest <= log.oldest && oldest >= (this.#opening?.oldest ?? 0), 'the oldest', oldest)
    if (this.#due !== null) {
      invariant(reason === this.#due.reason, `${this.#due.reason} was due, and came`, reason)
      const isLater = reason === 'trimmed' && this.behind
      const exact = reason === 'ahead' ? head : isLater ? oldest - 1 : this.#due.from
      invariant(from === exact, `${reason} from ${exact} was due, and came`, from)
    } else {
      invariant(this.behind, 'a reset that was not due', data)
      invariant(reason === 'trimmed' && from === oldest - 1, 'a reset in mid-stream', data)
      invariant(from > (this.#position ?? 0), 'trimmed of what was written', data)
    }
    figures.count(figures.resets, reason)
    if (this.#due === null) figures.count(figures.resets, 'amid')
    this.#placed = true
    const edge = oldest - 1
    this.#due = reason === 'new-epoch' && from < edge ? { reason: 'trimmed', from: edge } : null
    if (reason === 'rewound') this.#forget(from)
    if (reason === 'new-epoch') this.#goOn(from)
    else this.#start(Math.max(from, edge))
  }

  /** In a new epoch nothing is void that streams told. */
  #goOn(from: number): void {
    const beyond = [...this.heard].filter((id) => id > from)
    invariant(beyond.length === 0, 'told, and past the cursor', beyond)
    this.#start(from)
  }

  /** What is past a fork is void. */
  #forget(from: number): void {
    for (const id of this.heard) if (id > from) this.heard.delete(id)
  }

  #becomeReady(id: string | undefined, data: ReadEvent['data']): void {
    this.#advance(idOf(id, this.#model), 'ready')
    invariant(data.user === this.person && data.head === this.#position, 'the data of ready', data)
    const { placed, presence } = this.#opening as Opening
    // After the stream fell behind, which it can also without a stall; names only if it missed changes.
    if (this.ready && data.online === undefined) return
    this.ready = true
    if (placed && this.carries('message'))
      this.#model.people.hasReached(this.person, placed.position)
    invariant(Array.isArray(data.online) === (presence === 'full'), 'online in ready', data)
    if (presence === 'full') this.presence = new ObservedPresence(this.person, data)
  }
}

/** The number in an event's id, which must be of the log as it stands. */
function idOf(id: string | undefined, { log }: Model): number {
  const [number, epoch] = (id ?? '').split('-')
  invariant(epoch === log.epoch, 'an id of another epoch', id)
  return Number(number)
}
