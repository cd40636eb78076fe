import type { Person, PresentSession } from '../store/store.ts'
import { compareKeys, lookupKey, usernameKey } from './usernames.ts'

/** Someone who is online. */
interface OnlinePerson {
  username: string
  /** Unix milliseconds. */
  since: number
}

/** A page of who is online, and how many they are in all. */
export interface OnlinePage {
  people: OnlinePerson[]
  count: number
  more: boolean
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

/** The set of people who are online, each by one session or several, in the order of the list. */
export class People {
  readonly #bySession = new Map<number, Guest>()
  readonly #byAccount = new Map<number, Guest>()
  /** Sorted by key. */
  readonly #sorted: Guest[] = []
  readonly #changed: (change: PresenceChanged) => void
  #names: readonly string[] | undefined

  /** @param changed is called for each person who comes or goes */
  constructor(changed: (change: PresenceChanged) => void) {
    this.#changed = changed
  }

  get count(): number {
    return this.#sorted.length
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    this.#names ??= this.#sorted.map((guest) => guest.person.username)
    return this.#names
  }

  /** A page by name; `after` is a username, of someone online or not. */
  page({ after, limit }: { after?: string; limit: number }): OnlinePage {
    const start = after === undefined ? 0 : this.#indexAfter(lookupKey(after))
    const page = this.#sorted.slice(start, start + limit)
    return {
      people: page.map(({ person, since }) => ({ username: person.username, since })),
      count: this.count,
      more: start + page.length < this.count,
    }
  }

  has(session: number): boolean {
    return this.#bySession.has(session)
  }

  sessions(): number[] {
    return [...this.#bySession.keys()]
  }

  /** A session became present, or is so already. */
  add({ session, person, since }: PresentSession): void {
    this.#giveWay(session, person)
    let guest = this.#byAccount.get(person.id)
    if (guest === undefined) {
      guest = { person, key: usernameKey(person.username), since, sessions: new Set() }
      this.#byAccount.set(person.id, guest)
      this.#sorted.splice(this.#indexAfter(guest.key), 0, guest)
      this.#names = undefined
      this.#changed({ person, online: true })
    }
    guest.since = Math.min(guest.since, since)
    guest.sessions.add(session)
    this.#bySession.set(session, guest)
  }

  /** A session is no longer present, or never was. */
  remove(session: number): void {
    const guest = this.#bySession.get(session)
    if (guest === undefined) return
    this.#bySession.delete(session)
    guest.sessions.delete(session)
    if (guest.sessions.size > 0) return
    this.#byAccount.delete(guest.person.id)
    this.#sorted.splice(this.#indexAfter(guest.key) - 1, 1)
    this.#names = undefined
    this.#changed({ person: guest.person, online: false })
  }

  /**
   * A store that went back gives ids out again: whoever had the session's or the account's before
   * is no longer there.
   */
  #giveWay(session: number, { id, username }: Person): void {
    const before = this.#bySession.get(session)
    if (before && before.person.id !== id) this.remove(session)
    const namesake = this.#byAccount.get(id)
    if (namesake === undefined || namesake.person.username === username) return
    for (const old of [...namesake.sessions]) this.remove(old)
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
