import { usernameKey } from '../names/name-forms.ts'
import type { Person } from '../store/person.ts'
import type { PresentSession } from '../store/presence-store.ts'
import { compareKeys, lookupKey } from './usernames.ts'

interface OnlineUserItem {
  username: string
  /** Unix milliseconds. */
  since: number
}

export interface OnlineUserPage {
  users: OnlineUserItem[]
  /** How many people are online in all. */
  count: number
  more: boolean
}

export interface OnlineChange {
  person: Person
  /** True if the person came, false if they left. */
  online: boolean
}

/** A place in the list. Names from before 0.2 may share a key. */
interface Place {
  key: string
  username: string
}

interface OnlineUser extends Place {
  account: number
  since: number
  /** Empty once the person has left. */
  sessions: number[]
}

/** The people who are online, each with at least one present session, in the order of the list. */
export class OnlineUsers {
  readonly #bySession = new Map<number, OnlineUser>()
  readonly #byAccount = new Map<number, OnlineUser>()
  /** The list when it was last read. Those who left since are still in it. */
  #sorted: readonly OnlineUser[] = []
  /** Those who came since. */
  readonly #unsorted = new Set<OnlineUser>()
  readonly #changed: (change: OnlineChange) => void

  /** @param changed is called for each person who comes or leaves */
  constructor(changed: (change: OnlineChange) => void) {
    this.#changed = changed
  }

  get count(): number {
    return this.#byAccount.size
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    return this.#sortedUsers().map(({ username }) => username)
  }

  /** A page in the order of names; `after` is the username of anyone, online or not. */
  page({ after, limit }: { after?: string; limit: number }): OnlineUserPage {
    const sorted = this.#sortedUsers()
    const start = after === undefined ? 0 : indexAfterName(sorted, after)
    const page = sorted.slice(start, start + limit)
    return {
      users: page.map(({ username, since }) => ({ username, since })),
      count: this.count,
      more: start + page.length < this.count,
    }
  }

  /** Whether a person is online. */
  hasAccount(account: number): boolean {
    return this.#byAccount.has(account)
  }

  has(session: number): boolean {
    return this.#bySession.has(session)
  }

  sessions(): number[] {
    return [...this.#bySession.keys()]
  }

  /** A session became present, or already is. */
  add({ session, person, since }: PresentSession): void {
    this.#evictStale(session, person)
    const existing = this.#byAccount.get(person.id)
    const { id: account, username } = person
    const user = existing ?? { account, username, key: usernameKey(username), since, sessions: [] }
    user.since = Math.min(user.since, since)
    if (!user.sessions.includes(session)) user.sessions.push(session)
    this.#bySession.set(session, user)
    if (existing !== undefined) return
    this.#byAccount.set(account, user)
    this.#unsorted.add(user)
    this.#changed({ person, online: true })
  }

  /** A session is not present any more, or never was. */
  remove(session: number): void {
    const user = this.#bySession.get(session)
    if (user === undefined) return
    this.#bySession.delete(session)
    user.sessions.splice(user.sessions.indexOf(session), 1)
    if (user.sessions.length > 0) return
    this.#byAccount.delete(user.account)
    this.#unsorted.delete(user)
    this.#changed({ person: { id: user.account, username: user.username }, online: false })
  }

  /**
   * A store that lost its newest data gives ids out again: whoever had the id of the session or of
   * the account before is removed.
   */
  #evictStale(session: number, { id, username }: Person): void {
    const before = this.#bySession.get(session)
    if (before && before.account !== id) this.remove(session)
    const namesake = this.#byAccount.get(id)
    if (namesake === undefined || namesake.username === username) return
    for (const old of [...namesake.sessions]) this.remove(old)
  }

  /** Sorts only when the list is read: after a restart thousands come before anyone reads it. */
  #sortedUsers(): readonly OnlineUser[] {
    if (this.#unsorted.size > 0 || this.#sorted.length > this.count) {
      // The engine's sort finds the part that is sorted already and only merges the rest into it.
      this.#sorted = [...this.#sorted.filter(isOnline), ...this.#unsorted].sort(comparePlaces)
      this.#unsorted.clear()
    }
    return this.#sorted
  }
}

function isOnline({ sessions }: OnlineUser): boolean {
  return sessions.length > 0
}

function comparePlaces(one: Place, other: Place): number {
  return compareKeys(one.key, other.key) || compareKeys(one.username, other.username)
}

/** The index of the first user after a name, which may be typed in any case. */
function indexAfterName(sorted: readonly OnlineUser[], username: string): number {
  const key = lookupKey(username)
  const start = upperBound(sorted, { key, username })
  if (sorted[start - 1]?.username === username) return start
  return upperBound(sorted, { key, username: afterAllNames })
}

/** Sorts after all names, since no name begins with it. */
const afterAllNames = '\u{10FFFF}'

/** The index of the first user after a place. */
function upperBound(sorted: readonly OnlineUser[], place: Place): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (comparePlaces(sorted[middle] as OnlineUser, place) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
