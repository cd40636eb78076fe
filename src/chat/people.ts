import { usernameKey } from '../names/forms.ts'
import type { Person, PresentSession } from '../store/store.ts'
import { compareKeys, lookupKey } from './usernames.ts'

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

/** So many who have come are kept apart from the rest, at least, before they are put in order. */
const fewToSort = 1_000

interface Guest {
  person: Person
  key: string
  since: number
  /** One, nearly always: a set for each would take more memory than all else of this. */
  sessions: number[]
}

/** The set of people who are online, each by one session or several, in the order of the list. */
export class People {
  readonly #bySession = new Map<number, Guest>()
  readonly #byAccount = new Map<number, Guest>()
  /** Sorted by key, and by name where it is the same, as of when it was last asked for. */
  #sorted: readonly Guest[] = []
  /** Who came since then. */
  #came: Guest[] = []
  readonly #changed: (change: PresenceChanged) => void
  #names: readonly string[] | undefined

  /** @param changed is called for each person who comes or goes */
  constructor(changed: (change: PresenceChanged) => void) {
    this.#changed = changed
  }

  get count(): number {
    return this.#byAccount.size
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    this.#names ??= this.#inOrder().map((guest) => guest.person.username)
    return this.#names
  }

  /** A page by name; `after` is a username, of someone online or not. */
  page({ after, limit }: { after?: string; limit: number }): OnlinePage {
    const sorted = this.#inOrder()
    const start = after === undefined ? 0 : indexAfterName(sorted, after)
    const page = sorted.slice(start, start + limit)
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
    const there = this.#byAccount.get(person.id)
    const guest = there ?? { person, key: usernameKey(person.username), since, sessions: [] }
    guest.since = Math.min(guest.since, since)
    if (!guest.sessions.includes(session)) guest.sessions.push(session)
    this.#bySession.set(session, guest)
    if (there === undefined) this.#arrived(guest)
  }

  /** A session is no longer present, or never was. */
  remove(session: number): void {
    const guest = this.#bySession.get(session)
    if (guest === undefined) return
    this.#bySession.delete(session)
    guest.sessions.splice(guest.sessions.indexOf(session), 1)
    if (guest.sessions.length > 0) return
    this.#byAccount.delete(guest.person.id)
    this.#names = undefined
    this.#changed({ person: guest.person, online: false })
  }

  #arrived(guest: Guest): void {
    this.#byAccount.set(guest.person.id, guest)
    this.#came.push(guest)
    // Where nobody asks, those who come and go would pile up.
    if (this.#came.length > 2 * this.count + fewToSort) this.#inOrder()
    this.#names = undefined
    this.#changed({ person: guest.person, online: true })
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

  /**
   * Brought into order when somebody asks, not as each of them comes: to make room in the list for
   * one takes as long as the list, and after a restart everyone comes.
   */
  #inOrder(): readonly Guest[] {
    if (this.#came.length === 0 && this.#sorted.length === this.count) return this.#sorted
    const stayed = this.#sorted.filter(isHere)
    const came = this.#came.filter(isHere).sort((one, other) => compare(one, placeOf(other)))
    const sorted: Guest[] = []
    let next = 0
    for (const guest of came) {
      const end = indexAfter(stayed, placeOf(guest))
      while (next < end) sorted.push(stayed[next++] as Guest)
      sorted.push(guest)
    }
    while (next < stayed.length) sorted.push(stayed[next++] as Guest)
    this.#sorted = sorted
    this.#came = []
    return sorted
  }
}

function isHere({ sessions }: Guest): boolean {
  return sessions.length > 0
}

/** Where someone stands in the list. Names from before 0.2 may share a key. */
interface Place {
  key: string
  username: string
}

function placeOf({ key, person }: Guest): Place {
  return { key, username: person.username }
}

function compare(guest: Guest, { key, username }: Place): number {
  return compareKeys(guest.key, key) || compareKeys(guest.person.username, username)
}

/** The index of the first guest after a name, in whatever case it was typed. */
function indexAfterName(sorted: readonly Guest[], username: string): number {
  const key = lookupKey(username)
  const start = indexAfter(sorted, { key, username })
  if (sorted[start - 1]?.person.username === username) return start
  return indexAfter(sorted, { key, username: last })
}

/** No name begins with this: it comes after all that have a key. */
const last = '\u{10FFFF}'

/** The index of the first guest after a place. */
function indexAfter(sorted: readonly Guest[], place: Place): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(sorted[middle] as Guest, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
