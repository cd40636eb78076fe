import type { News, Person, Presence as PresentSession, Session, Store } from '../store/store.ts'
import { compareKeys, lookupKey, usernameKey } from './usernames.ts'

/** Someone who is online. */
export interface OnlinePerson {
  username: string
  /** Unix milliseconds. */
  since: number
}

/** A person came (`online`) or went. */
export interface PresenceChanged {
  person: Person
  online: boolean
}

interface Guest {
  person: Person
  key: string
  since: number
  sessions: Set<number>
}

/** What this server knows of a session with regard to presence. */
interface Attendance {
  /** Streams open here. */
  streams: number
  grace: NodeJS.Timeout | undefined
  /** Resolved when the store has it as present. */
  arrivals: (() => void)[]
}

/**
 * Who is online: people with an open stream, or with one that closed less than the grace period
 * ago, so that neither a reconnect nor a restart is an exit. The store's news alone change the
 * set, so what is told here is always stored.
 */
export class Presence {
  readonly #store: Pick<Store, 'present' | 'changePresence' | 'ping'>
  readonly #graceMs: number
  readonly #retryMs: number
  readonly #attendances = new Map<number, Attendance>()
  readonly #sessions = new Map<number, Guest>()
  readonly #people = new Map<number, Guest>()
  /** Sorted by key. */
  readonly #sorted: Guest[] = []
  #names: readonly string[] | undefined
  /** What the store is to be told next, and what it is being told to take out. */
  #wanted = new Map<number, 'enter' | 'leave'>()
  #leaving: readonly number[] = []
  #telling: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #closed = false
  readonly #listeners: ((change: PresenceChanged) => void)[] = []

  /**
   * @param graceMs how long after their last stream a session stays online, 0 to 600,000
   * @param retryMs how often a store that could not be written is tried again
   */
  constructor(
    store: Pick<Store, 'present' | 'changePresence' | 'ping'>,
    { graceMs, retryMs = 1000 }: { graceMs: number; retryMs?: number },
  ) {
    this.#store = store
    this.#graceMs = graceMs
    this.#retryMs = retryMs
  }

  /** Takes over who was online when the server last ran; their grace begins anew. */
  async start(): Promise<void> {
    const entered = await this.#store.present()
    for (const { session } of entered) this.#attendance(session)
    this.follow({ entered, left: [] })
    this.#renewGrace()
  }

  /** Calls back for each person who comes or goes. */
  onChanged(listener: (change: PresenceChanged) => void): void {
    this.#listeners.push(listener)
  }

  get count(): number {
    return this.#sorted.length
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    this.#names ??= this.#sorted.map((guest) => guest.person.username)
    return this.#names
  }

  /** A page of who is online, by name; `after` is a username, of someone online or not. */
  list({ after, limit }: { after?: string; limit: number }): {
    people: OnlinePerson[]
    count: number
    more: boolean
  } {
    const start = after === undefined ? 0 : this.#indexAfter(lookupKey(after))
    const page = this.#sorted.slice(start, start + limit)
    return {
      people: page.map(({ person, since }) => ({ username: person.username, since })),
      count: this.count,
      more: start + page.length < this.count,
    }
  }

  /** A stream of the session opened. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    const attendance = this.#attendance(session.id)
    attendance.streams++
    clearTimeout(attendance.grace)
    if (this.#sessions.has(session.id) && !this.#leaving.includes(session.id)) {
      this.#wanted.delete(session.id)
      return Promise.resolve()
    }
    this.#wanted.set(session.id, 'enter')
    const arrived = new Promise<void>((resolve) => attendance.arrivals.push(resolve))
    this.#tell()
    return arrived
  }

  /** A stream of the session closed. */
  leave(session: number): void {
    const attendance = this.#attendance(session)
    attendance.streams--
    if (attendance.streams === 0) this.#beginGrace(session, attendance)
  }

  /** What the store says has changed. */
  follow({ entered, left }: Pick<News, 'entered' | 'left'>): void {
    for (const present of entered) this.#entered(present)
    for (const session of left) this.#left(session)
  }

  /** Lets go of all timers; nobody leaves because a server stops. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#retry)
    for (const attendance of this.#attendances.values()) clearTimeout(attendance.grace)
    await this.#telling
  }

  #attendance(session: number): Attendance {
    let attendance = this.#attendances.get(session)
    if (attendance === undefined) {
      attendance = { streams: 0, grace: undefined, arrivals: [] }
      this.#attendances.set(session, attendance)
    }
    return attendance
  }

  #beginGrace(session: number, attendance: Attendance): void {
    if (this.#closed) return
    clearTimeout(attendance.grace)
    attendance.grace = setTimeout(() => {
      this.#wanted.set(session, 'leave')
      this.#tell()
    }, this.#graceMs)
  }

  #renewGrace(): void {
    for (const [session, attendance] of this.#attendances) {
      if (attendance.streams > 0) continue
      this.#wanted.delete(session)
      this.#beginGrace(session, attendance)
    }
  }

  /** Brings the store up to what is wanted, in gathered writes. */
  #tell(): void {
    if (this.#closed || this.#retry !== undefined) return
    this.#telling ??= this.#tellAll()
  }

  async #tellAll(): Promise<void> {
    // Begins in a later turn, so that what is wanted in this one goes along.
    await undefined
    while (this.#wanted.size > 0 && this.#retry === undefined && !this.#closed) {
      const wanted = this.#wanted
      this.#wanted = new Map()
      await this.#tellStore(
        [...wanted.keys()].filter((session) => wanted.get(session) === 'enter'),
        [...wanted.keys()].filter((session) => wanted.get(session) === 'leave'),
      )
    }
    this.#telling = undefined
  }

  async #tellStore(enter: readonly number[], leave: readonly number[]): Promise<void> {
    this.#leaving = leave
    try {
      await this.#store.changePresence({ enter, leave })
      for (const session of leave) this.#forget(session)
    } catch {
      for (const session of enter) {
        if (!this.#wanted.has(session)) this.#wanted.set(session, 'enter')
      }
      this.#retry = setTimeout(() => this.#tryAgain(), this.#retryMs)
    }
    this.#leaving = []
  }

  /** While the store is away nobody leaves; once it is back, everyone's grace begins anew. */
  async #tryAgain(): Promise<void> {
    try {
      await this.#store.ping()
    } catch {
      if (!this.#closed) this.#retry = setTimeout(() => this.#tryAgain(), this.#retryMs)
      return
    }
    this.#retry = undefined
    this.#renewGrace()
    this.#tell()
  }

  #forget(session: number): void {
    const attendance = this.#attendances.get(session)
    if (attendance?.streams === 0 && !this.#wanted.has(session)) this.#attendances.delete(session)
  }

  #entered({ session, person, since }: PresentSession): void {
    let guest = this.#people.get(person.id)
    if (guest === undefined) {
      guest = { person, key: usernameKey(person.username), since, sessions: new Set() }
      this.#people.set(person.id, guest)
      this.#sorted.splice(this.#indexAfter(guest.key), 0, guest)
      this.#names = undefined
      this.#changed({ person, online: true })
    }
    guest.since = Math.min(guest.since, since)
    guest.sessions.add(session)
    this.#sessions.set(session, guest)
    const attendance = this.#attendances.get(session)
    for (const arrived of attendance?.arrivals.splice(0) ?? []) arrived()
  }

  #left(session: number): void {
    const guest = this.#sessions.get(session)
    if (guest === undefined) return
    this.#sessions.delete(session)
    guest.sessions.delete(session)
    if (guest.sessions.size > 0) return
    this.#people.delete(guest.person.id)
    this.#sorted.splice(this.#indexAfter(guest.key) - 1, 1)
    this.#names = undefined
    this.#changed({ person: guest.person, online: false })
  }

  #changed(change: PresenceChanged): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** The index of the first guest whose key comes after the given one. */
  #indexAfter(key: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys((this.#sorted[middle] as Guest).key, key) <= 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
