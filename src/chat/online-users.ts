import { usernameKey } from '../names/name-forms.ts'
import type { Person, PresentSession } from '../store/store.ts'
import { compareKeys, lookupKey } from './usernames.ts'

/** Someone who is online. */
interface OnlineUserItem {
  username: string
  /** Unix milliseconds. */
  since: number
}

/** A page of who is online, and how many they are in all. */
export interface OnlineUserPage {
  users: OnlineUserItem[]
  count: number
  more: boolean
}

/** A person came (`online`) or went. */
export interface PresenceEvent {
  person: Person
  online: boolean
}

/** So many who have come are kept apart from the rest, at least, before they are put in order. */
const sortThreshold = 1_000

interface OnlineUser {
  person: Person
  key: string
  since: number
  /** One, nearly always: a set for each would take more memory than all else of this. */
  sessions: number[]
}

/** The set of people who are online, each by one session or several, in the order of the list. */
export class OnlineUsers {
  readonly #bySession = new Map<number, OnlineUser>()
  readonly #byAccount = new Map<number, OnlineUser>()
  /** Sorted by key, and by name where it is the same, as of when it was last asked for. */
  #sorted: readonly OnlineUser[] = []
  /** Who came since then. */
  #unsorted: OnlineUser[] = []
  readonly #changed: (change: PresenceEvent) => void
  #names: readonly string[] | undefined

  /** @param changed is called for each person who comes or goes */
  constructor(changed: (change: PresenceEvent) => void) {
    this.#changed = changed
  }

  get count(): number {
    return this.#byAccount.size
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    this.#names ??= this.#sortedUsers().map((user) => user.person.username)
    return this.#names
  }

  /** A page by name; `after` is a username, of someone online or not. */
  page({ after, limit }: { after?: string; limit: number }): OnlineUserPage {
    const sorted = this.#sortedUsers()
    const start = after === undefined ? 0 : indexAfterName(sorted, after)
    const page = sorted.slice(start, start + limit)
    return {
      users: page.map(({ person, since }) => ({ username: person.username, since })),
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
    this.#evictStale(session, person)
    const existing = this.#byAccount.get(person.id)
    const user = existing ?? { person, key: usernameKey(person.username), since, sessions: [] }
    user.since = Math.min(user.since, since)
    if (!user.sessions.includes(session)) user.sessions.push(session)
    this.#bySession.set(session, user)
    if (existing === undefined) this.#insert(user)
  }

  /** A session is no longer present, or never was. */
  remove(session: number): void {
    const user = this.#bySession.get(session)
    if (user === undefined) return
    this.#bySession.delete(session)
    user.sessions.splice(user.sessions.indexOf(session), 1)
    if (user.sessions.length > 0) return
    this.#byAccount.delete(user.person.id)
    this.#names = undefined
    this.#changed({ person: user.person, online: false })
  }

  #insert(user: OnlineUser): void {
    this.#byAccount.set(user.person.id, user)
    this.#unsorted.push(user)
    // Where nobody asks, those who come and go would pile up.
    if (this.#unsorted.length > 2 * this.count + sortThreshold) this.#sortedUsers()
    this.#names = undefined
    this.#changed({ person: user.person, online: true })
  }

  /**
   * A store that went back gives ids out again: whoever had the session's or the account's before
   * is no longer there.
   */
  #evictStale(session: number, { id, username }: Person): void {
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
  #sortedUsers(): readonly OnlineUser[] {
    if (this.#unsorted.length === 0 && this.#sorted.length === this.count) return this.#sorted
    const stayed = this.#sorted.filter(isOnline)
    const came = this.#unsorted
      .filter(isOnline)
      .sort((one, other) => compareToKey(one, sortKeyOf(other)))
    const sorted: OnlineUser[] = []
    let next = 0
    for (const user of came) {
      const end = upperBound(stayed, sortKeyOf(user))
      while (next < end) sorted.push(stayed[next++] as OnlineUser)
      sorted.push(user)
    }
    while (next < stayed.length) sorted.push(stayed[next++] as OnlineUser)
    this.#sorted = sorted
    this.#unsorted = []
    return sorted
  }
}

function isOnline({ sessions }: OnlineUser): boolean {
  return sessions.length > 0
}

/** Where someone stands in the list. Names from before 0.2 may share a key. */
interface SortKey {
  key: string
  username: string
}

function sortKeyOf({ key, person }: OnlineUser): SortKey {
  return { key, username: person.username }
}

function compareToKey(user: OnlineUser, { key, username }: SortKey): number {
  return compareKeys(user.key, key) || compareKeys(user.person.username, username)
}

/** The index of the first user after a name, in whatever case it was typed. */
function indexAfterName(sorted: readonly OnlineUser[], username: string): number {
  const key = lookupKey(username)
  const start = upperBound(sorted, { key, username })
  if (sorted[start - 1]?.person.username === username) return start
  return upperBound(sorted, { key, username: afterAllNames })
}

/** No name begins with this: it comes after all that have a key. */
const afterAllNames = '\u{10FFFF}'

/** The index of the first user after a place. */
function upperBound(sorted: readonly OnlineUser[], place: SortKey): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareToKey(sorted[middle] as OnlineUser, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
