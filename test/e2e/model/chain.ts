import { isDeepStrictEqual } from 'node:util'
import type { EventReader, ReadEvent } from '../../support/event-reader.ts'
import { invariant } from './invariant.ts'
import { sees } from './model.ts'
import { ObservedPresence } from './observed-presence.ts'
import type { Message, Placed } from './types.ts'
import type { Model } from './world.ts'

/** How a stream was opened, and what the log was then. */
export interface Opening {
  session: number
  /** Where its cursor stands; null without one. */
  placed: Placed | null
  presence: 'full' | 'none'
  head: number
  oldest: number
  /** Up to here the person's streams had surely reached what was kept for them. */
  reached: number
}

/**
 * One client: a chain of streams, each opened with the last cursor of the one before. It holds
 * what came, and judges every event by the model as it comes.
 */
export class Chain {
  readonly person: string
  cursor: string | undefined
  /** What the client holds, by id. */
  readonly kept = new Map<number, Message>()
  /** The stretches (after, upTo] of the log that were covered; the last one grows. */
  covered: { after: number; upTo: number }[] = []
  reader: EventReader | undefined
  /** It does not read. */
  stalled = false
  /** It did not read, and may not have caught up since. */
  behind = false
  severed = false
  ready = false
  /** Why the server ended the stream. */
  bye: string | undefined
  /** Who is online, as the stream tells it; undefined before `ready` and without presence. */
  told: ObservedPresence | undefined
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

  /** The newest direct message to this person that the client holds. */
  get newestToMe(): number {
    const toMe = [...this.kept.values()].filter(({ to }) => to === this.person)
    return Math.max(0, ...toMe.map(({ id }) => id))
  }

  /** Begins a stream; with `anew` the client holds nothing of what came before. */
  begin(reader: EventReader, opening: Opening, { anew }: { anew: boolean }): void {
    if (anew) {
      this.kept.clear()
      this.covered = []
    }
    this.reader = reader
    this.#opening = opening
    this.stalled = this.behind = this.severed = this.ready = false
    this.bye = this.told = this.#position = undefined
    this.#taken = 0
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

  /** What the client should hold and does not, and what it holds and should not. */
  audit(): { lost: number; void: number; leaked: number } {
    const { log } = this.#model
    const due = this.covered.flatMap(({ after, upTo }) => log.entries.slice(after, upTo))
    const held = [...this.kept.values()]
    return {
      lost: due.filter((entry) => sees(this.person, entry) && !this.kept.has(entry.id)).length,
      void: held.filter((message) => !isDeepStrictEqual(message, log.entries[message.id - 1]))
        .length,
      leaked: held.filter((message) => !sees(this.person, message)).length,
    }
  }

  #hear({ event, id, data }: ReadEvent): void {
    invariant(this.bye === undefined, 'an event after bye', event)
    if (event === 'bye') this.bye = data.reason
    else if (event === 'reset') this.#reset(id, data)
    else if (event === 'message') this.#message(id, data)
    else if (event === 'ready') this.#becomeReady(id, data)
    else if (event === 'presence') {
      invariant(this.told, 'presence that was not asked for', data)
      this.told.hear(data)
    } else {
      invariant(event === 'heartbeat', 'an event of an unknown name', event)
      if (id === undefined) invariant(!this.#placed, 'a heartbeat without an id')
      else this.#advance(idOf(id, this.#model), 'heartbeat')
    }
  }

  #message(id: string | undefined, message: Message): void {
    const { log, figures } = this.#model
    const known = log.entries[message.id - 1]
    invariant(isDeepStrictEqual(message, known), 'a message that was never said', message.id)
    invariant(sees(this.person, message), 'a message for others', message.id)
    invariant(!this.kept.has(message.id), 'a message twice', message.id)
    if (id === undefined) {
      invariant(this.#opening?.placed === null, 'a message without an id', message.id)
      invariant(this.#position === undefined, 'a kept message after the head', message.id)
      invariant(message.to === this.person, 'a kept message to another', message.id)
      this.#early.push(message.id)
    } else {
      invariant(idOf(id, this.#model) === message.id, 'another id than the message has', id)
      this.#advance(message.id, 'message')
    }
    this.kept.set(message.id, message)
    figures.received++
  }

  /** Everything up to an id, for this person, must have been written to this stream. */
  #advance(id: number, event: 'message' | 'ready' | 'heartbeat'): void {
    const { log } = this.#model
    // Told of a new epoch, a stream stands where its cursor is, also where that is trimmed.
    const stands = event === 'heartbeat' && id === this.#position
    invariant(this.#due === null || stands, 'no reset before', event)
    this.#placed = true
    invariant(id <= log.head, 'an id past the head', id)
    if (this.#position === undefined) this.#startAtHead(event === 'message' ? id - 1 : id)
    const position = this.#position ?? 0
    invariant(event === 'message' ? id > position : id >= position, 'an id out of order', id)
    const next = log.next(this.person, position)?.id ?? log.head + 1
    invariant(event === 'message' ? id === next : id < next, `${event} ${id} came, lost was`, next)
    this.#position = id
    const last = this.covered.at(-1)
    if (last) last.upTo = id
  }

  #start(position: number): void {
    this.#position = position
    this.covered.push({ after: position, upTo: position })
  }

  /**
   * A stream without a cursor begins at the head of when it was opened; what was said meanwhile
   * may lie on either side. Before it comes what was kept.
   */
  #startAtHead(latest: number): void {
    const { log, people } = this.#model
    const { head, oldest, reached } = this.#opening as Opening
    invariant(latest >= head, 'a stream that began before the head', latest)
    const toMe = log.entries.slice(0, latest).filter(({ to }) => to === this.person)
    const ids = toMe.map(({ id }) => id).filter((id) => id >= oldest && id > reached)
    const expected = ids.filter((id) => id >= (this.#early[0] ?? log.head + 1))
    invariant(isDeepStrictEqual(this.#early, expected), 'of what was kept came', this.#early)
    const high = people.perhapsReached(this.person)
    const missed = ids.find((id) => id > high && id >= log.oldest && !this.kept.has(id))
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
    const beyond = [...this.kept.keys()].filter((id) => id > from)
    invariant(beyond.length === 0, 'told, and past the cursor', beyond)
    this.#start(from)
  }

  /** What is past a fork is void. */
  #forget(from: number): void {
    for (const id of this.kept.keys()) if (id > from) this.kept.delete(id)
    for (const stretch of this.covered) {
      stretch.after = Math.min(stretch.after, from)
      stretch.upTo = Math.min(stretch.upTo, from)
    }
  }

  #becomeReady(id: string | undefined, data: ReadEvent['data']): void {
    this.#advance(idOf(id, this.#model), 'ready')
    invariant(data.user === this.person && data.head === this.#position, 'the data of ready', data)
    const { placed, presence } = this.#opening as Opening
    // After the stream fell behind, which it can also without a stall; names only if it missed changes.
    if (this.ready && data.online === undefined) return
    this.ready = true
    if (placed) this.#model.people.hasReached(this.person, placed.position)
    invariant(Array.isArray(data.online) === (presence === 'full'), 'online in ready', data)
    if (presence === 'full') this.told = new ObservedPresence(this.person, data)
  }
}

/** The number in an event's id, which must be of the log as it stands. */
function idOf(id: string | undefined, { log }: Model): number {
  const [number, epoch] = (id ?? '').split('-')
  invariant(epoch === log.epoch, 'an id of another epoch', id)
  return Number(number)
}
