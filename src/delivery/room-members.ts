import type { Memberships } from '../store/room-store.ts'
import type { MembersChange } from './encoded-entry.ts'

/** The rooms that an account with streams on this server is a member of. */
export class AccountRooms {
  readonly account: number
  isLoaded = false
  /** Their ids, as of the newest entry that the hub has delivered, or of `loadedHead` if that is newer. */
  ids: number[] = []
  /** The head of the log when they were loaded. Entries up to it change nothing. */
  loadedHead = 0
  /** The newest entry that ended a membership; 0 if there is none. */
  lastLeftId = 0

  constructor(account: number) {
    this.account = account
  }

  /**
   * Whether each membership that there was after a cursor still is one at the head.
   *
   * @param head up to where the hub has delivered
   */
  areKnownSince(cursor: number, head: number): boolean {
    return this.isLoaded && this.loadedHead <= head && this.lastLeftId <= cursor
  }
}

/** A query under way, and the changes that its answer may not have. */
interface Loading {
  done: Promise<void>
  missed: MembersChange[]
}

/**
 * Which of the accounts that have streams on this server are members of a room. They are loaded when an
 * account's first stream opens; from then on entries change them, each in its place in the log.
 */
export class RoomMembers {
  readonly #query: (account: number) => Promise<Memberships>
  readonly #accounts = new Map<number, AccountRooms>()
  readonly #loading = new Map<AccountRooms, Loading>()
  /** The accounts in each room, in no order. */
  readonly #members = new Map<number, number[]>()

  constructor(query: (account: number) => Promise<Memberships>) {
    this.#query = query
  }

  /** A stream of the account opens. */
  open(account: number): AccountRooms {
    const known = this.#accounts.get(account)
    if (known) return known
    const rooms = new AccountRooms(account)
    this.#accounts.set(account, rooms)
    return rooms
  }

  /** The last stream of the account has closed. */
  close(account: number): void {
    const rooms = this.#accounts.get(account) as AccountRooms
    this.#accounts.delete(account)
    this.#loading.delete(rooms)
    for (const room of rooms.ids) this.#removeMember(room, account)
  }

  /** The log may have lost its end: streams load again what their accounts are members of. */
  diverged(): void {
    this.#loading.clear()
    this.#members.clear()
    for (const rooms of this.#accounts.values()) {
      rooms.isLoaded = false
      rooms.ids = []
    }
  }

  /**
   * Loads the rooms, unless they are loaded, while another question is answered. They are not loaded if
   * the log diverges or the last stream of the account closes meanwhile.
   *
   * @throws {Unavailable}
   */
  async loadBeside<T>(answer: Promise<T>, rooms: AccountRooms): Promise<T> {
    const [found] = await Promise.all([answer, this.#load(rooms)])
    return found
  }

  /** The accounts that get a new entry of the room. The list is good until the next call of another method. */
  of(room: number): readonly number[] {
    return this.#members.get(room) ?? []
  }

  /** Applies an entry, in the order of the log. */
  apply(change: MembersChange): void {
    if (change.kind === 'room-deleted') {
      const members = this.of(change.room)
      this.#members.delete(change.room)
      for (const account of members) this.#applyTo(this.open(account), change)
      for (const { missed } of this.#loading.values()) missed.push(change)
      return
    }
    const rooms = this.#accounts.get(change.account)
    if (rooms === undefined) return
    this.#applyTo(rooms, change)
    this.#loading.get(rooms)?.missed.push(change)
  }

  #load(rooms: AccountRooms): Promise<void> {
    if (rooms.isLoaded || this.#accounts.get(rooms.account) !== rooms) return Promise.resolve()
    const loading = this.#loading.get(rooms)
    if (loading) return loading.done
    const missed: MembersChange[] = []
    const done = this.#ask(rooms, missed)
    this.#loading.set(rooms, { done, missed })
    return done
  }

  async #ask(rooms: AccountRooms, missed: readonly MembersChange[]): Promise<void> {
    const isWanted = () => this.#loading.get(rooms)?.missed === missed
    try {
      const found = await this.#query(rooms.account)
      if (!isWanted()) return
      rooms.isLoaded = true
      rooms.ids = found.rooms
      rooms.loadedHead = found.head
      rooms.lastLeftId = found.lastLeftId
      for (const room of found.rooms) this.#addMember(room, rooms.account)
      for (const change of missed) this.#applyTo(rooms, change)
    } finally {
      if (isWanted()) this.#loading.delete(rooms)
    }
  }

  #applyTo(rooms: AccountRooms, { kind, id, room }: MembersChange): void {
    if (!rooms.isLoaded || id <= rooms.loadedHead) return
    if (kind === 'joined') {
      rooms.ids.push(room)
      this.#addMember(room, rooms.account)
    } else if (remove(rooms.ids, room)) {
      rooms.lastLeftId = id
      this.#removeMember(room, rooms.account)
    }
  }

  #addMember(room: number, account: number): void {
    const members = this.#members.get(room)
    if (members) members.push(account)
    else this.#members.set(room, [account])
  }

  #removeMember(room: number, account: number): void {
    const members = this.#members.get(room)
    if (members === undefined) return
    remove(members, account)
    if (members.length === 0) this.#members.delete(room)
  }
}

/** @returns whether it was there */
function remove(list: number[], item: number): boolean {
  const index = list.indexOf(item)
  if (index === -1) return false
  const last = list.pop() as number
  if (index < list.length) list[index] = last
  return true
}
