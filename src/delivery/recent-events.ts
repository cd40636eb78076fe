import type { MessageChangeEntry, RoomEntry } from '../store/message-log.ts'
import { type EncodedEntry, retell } from './encoded-entry.ts'
import { type Audience, accountAudience, type EncodedEvent, everyone } from './encoded-event.ts'
import { IdLists, indexAfter } from './id-lists.ts'
import type { AccountRooms } from './room-members.ts'

export interface Batch {
  /** The events after a cursor that the reader's streams carry. */
  events: readonly EncodedEvent[]
  /** The id up to which these are all. */
  scannedTo: number
}

/** An entry from which on older ones are told otherwise, or not at all. */
export type Retelling = MessageChangeEntry | (RoomEntry & { kind: 'room-deleted' })

/** What an update does to older entries. */
interface Retellings {
  retellings?: readonly Retelling[]
  epoch?: string
  /** The oldest id of the log. A change of a message before it is passed over. */
  oldest?: number
}

/** At a bound, a sixteenth of it is dropped: dropping moves all that stays. */
function reduced(bound: number): number {
  return bound - Math.floor(bound / 16)
}

/**
 * The newest entries of the log in memory, so that readers a little behind need no read of the store.
 * Their events are listed by audience, so what is for others costs a reader nothing. Each message is told
 * as its newest change here leaves it: a deleted one is gone from memory, with all that was told of it.
 */
export class RecentEvents {
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** Their ids are contiguous. */
  #entries: EncodedEntry[] = []
  #bytes = 0
  #oldest = 1
  readonly #byAudience = new IdLists<EncodedEvent>()
  /** The changes of a message, by its id. */
  readonly #changes = new IdLists<{ id: number; retells: boolean }>()
  #lastRetelling = 0

  constructor({ maxEntries = 20_000, maxBytes = 16 * 1024 * 1024 } = {}) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  /**
   * Adds the entries of an update, which are not empty.
   *
   * @returns the entries, as the retellings among them leave them
   */
  push(
    entries: readonly EncodedEntry[],
    { retellings = [], epoch = '', oldest = 1 }: Retellings = {},
  ): readonly EncodedEntry[] {
    this.#passOverTrimmed(oldest)
    for (const entry of entries) this.#add(entry)
    for (const retelling of retellings) this.#apply(retelling, epoch)
    const told = this.#entries.slice(this.#entries.length - entries.length)
    this.#dropBefore(oldest)
    this.#dropSurplus()
    return told
  }

  clear(): void {
    this.#entries = []
    this.#bytes = 0
    this.#oldest = 1
    this.#byAudience.clear()
    this.#changes.clear()
    this.#lastRetelling = 0
  }

  /**
   * The events after a cursor that the account's streams carry.
   *
   * @param rooms in which no membership ended after the cursor
   * @param maxBytes bounds their size, but there is at least one if there are any
   * @returns undefined if the memory does not reach back to the cursor
   */
  after(cursor: number, { account, ids }: AccountRooms, maxBytes: number): Batch | undefined {
    if (!this.#reachesBackTo(cursor)) return undefined
    const own = this.#tail(accountAudience(account), cursor)
    const joinedIds = own.joinedIds()
    const tails = [own, this.#tail(everyone, cursor)]
    for (const room of ids) tails.push(this.#tail(room, joinedIds.get(room) ?? cursor))
    const events: EncodedEvent[] = []
    let bytes = 0
    for (const event of merge(tails)) {
      if (event.hiddenFrom.includes(account)) continue
      if (bytes > 0 && bytes + event.bytes.length > maxBytes)
        return { events, scannedTo: event.id - 1 }
      events.push(event)
      bytes += event.bytes.length
    }
    return { events, scannedTo: (this.#entries.at(-1) as EncodedEntry).id }
  }

  /**
   * Whether events from the store are told otherwise by now, or may be, for all that memory knows.
   *
   * @param head of the snapshot that they were read from
   */
  areOutdated(events: readonly EncodedEvent[], head: number): boolean {
    if (this.#lastRetelling <= head) return false
    if (!this.#reachesBackTo(head)) return true
    return events.some(
      ({ message, audiences }) =>
        message > 0 &&
        (this.#isRetold(message, head) || audiences.some((one) => this.#isDeleted(one, head))),
    )
  }

  #reachesBackTo(cursor: number): boolean {
    const [first] = this.#entries
    return first !== undefined && first.id <= cursor + 1
  }

  #add(entry: EncodedEntry): void {
    const { id, kind, message } = entry
    const isChange = message > 0 && kind !== 'message'
    const told = isChange && message < this.#oldest ? { ...entry, events: [] } : entry
    this.#entries.push(told)
    this.#bytes += bytesOf(told)
    for (const event of told.events)
      for (const audience of event.audiences) this.#byAudience.push(audience, event)
    if (isChange)
      this.#changes.push(message, { id, retells: kind === 'edited' || kind === 'deleted' })
  }

  #apply(retelling: Retelling, epoch: string): void {
    this.#lastRetelling = retelling.id
    if (retelling.kind === 'room-deleted') this.#forgetRoom(retelling)
    else this.#retell(retelling, epoch)
  }

  #retell(change: MessageChangeEntry, epoch: string): void {
    const { message } = change
    const told = [message, ...this.#changes.of(message.id)].filter(({ id }) => id < change.id)
    this.#replace(told, (entry) => retell(entry, change, epoch))
  }

  /** Nobody may read its messages any more. */
  #forgetRoom({ id, room }: RoomEntry): void {
    for (const event of this.#byAudience.of(room.id))
      if (event.message > 0) this.#put({ ...(this.#at(event.id) as EncodedEntry), events: [] })
    this.#byAudience.dropUpTo(id - 1, room.id)
  }

  /** The log has dropped what is older: changes of such messages are passed over. */
  #passOverTrimmed(oldest: number): void {
    if (oldest <= this.#oldest) return
    this.#oldest = oldest
    for (const message of this.#changes.keys()) {
      if (message < oldest)
        this.#replace(this.#changes.of(message), (entry) => ({ ...entry, events: [] }))
    }
  }

  #at(id: number): EncodedEntry | undefined {
    const [first] = this.#entries
    return first && this.#entries[id - first.id]
  }

  /** Replaces the entries of one message, those that are told; each has one event. */
  #replace(
    entries: readonly { id: number }[],
    replacement: (entry: EncodedEntry) => EncodedEntry,
  ): void {
    const gone: number[] = []
    let audiences: readonly Audience[] = []
    for (const { id } of entries) {
      const entry = this.#at(id)
      if (entry === undefined || entry.events.length === 0) continue
      const told = replacement(entry)
      if (told === entry) continue
      this.#put(told)
      audiences = (entry.events[0] as EncodedEvent).audiences
      if (told.events.length === 0) gone.push(id)
      for (const event of told.events)
        for (const audience of audiences) this.#byAudience.replace(audience, event)
    }
    if (gone.length > 0) for (const audience of audiences) this.#byAudience.remove(audience, gone)
  }

  #put(entry: EncodedEntry): void {
    const index = entry.id - (this.#entries[0] as EncodedEntry).id
    this.#bytes += bytesOf(entry) - bytesOf(this.#entries[index] as EncodedEntry)
    this.#entries[index] = entry
  }

  #isRetold(message: number, head: number): boolean {
    return this.#changes.of(message).some(({ id, retells }) => retells && id > head)
  }

  #isDeleted(audience: Audience, head: number): boolean {
    const last = this.#byAudience.of(audience).at(-1)
    return last !== undefined && last.id > head && this.#at(last.id)?.kind === 'room-deleted'
  }

  #dropBefore(oldest: number): void {
    const [first] = this.#entries
    if (first) this.#dropFirst(Math.max(0, oldest - first.id))
  }

  #dropSurplus(): void {
    if (this.#entries.length <= this.#maxEntries && this.#bytes <= this.#maxBytes) return
    const surplusEntries = this.#entries.length - reduced(this.#maxEntries)
    const maxBytes = reduced(this.#maxBytes)
    let bytes = this.#bytes
    let surplus = 0
    while (surplus < surplusEntries || bytes > maxBytes) {
      bytes -= bytesOf(this.#entries[surplus] as EncodedEntry)
      surplus++
    }
    this.#dropFirst(surplus)
  }

  #tail(audience: Audience, after: number): Tail {
    return new Tail(this.#byAudience.of(audience), after)
  }

  #dropFirst(count: number): void {
    const dropped = this.#entries.splice(0, count)
    const upTo = dropped.at(-1)?.id ?? 0
    for (const entry of dropped) {
      this.#bytes -= bytesOf(entry)
      for (const audience of entry.events.flatMap(({ audiences }) => audiences))
        this.#byAudience.dropUpTo(upTo, audience)
      this.#changes.dropUpTo(upTo, entry.message)
    }
  }
}

/** What a reader has not got yet of the events of one audience. */
class Tail {
  readonly #events: readonly EncodedEvent[]
  #index: number

  constructor(events: readonly EncodedEvent[], after: number) {
    this.#events = events
    this.#index = indexAfter(events, after)
  }

  get next(): EncodedEvent | undefined {
    return this.#events[this.#index]
  }

  skip(): void {
    this.#index++
  }

  /** By room, the entry with which the reader joined it. */
  joinedIds(): Map<number, number> {
    const joins = this.#events.slice(this.#index).filter(({ joins }) => joins > 0)
    return new Map(joins.map(({ joins, id }) => [joins, id]))
  }
}

/** In the order of the ids. */
function* merge(tails: Tail[]): Generator<EncodedEvent> {
  let rest = tails.filter(({ next }) => next)
  while (rest.length > 0) {
    const first = rest.reduce((one, other) => (nextId(other) < nextId(one) ? other : one))
    yield first.next as EncodedEvent
    first.skip()
    if (first.next === undefined) rest = rest.filter((tail) => tail !== first)
  }
}

function nextId({ next }: Tail): number {
  return (next as EncodedEvent).id
}

/** In memory; an account that an event is hidden from takes 8 bytes. */
function bytesOf({ events }: EncodedEntry): number {
  return events.reduce((sum, { maxBytes, hiddenFrom }) => sum + maxBytes + 8 * hiddenFrom.length, 0)
}
