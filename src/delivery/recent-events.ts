import type { EncodedEntry } from './encoded-entry.ts'
import { type Audience, accountAudience, type EncodedEvent, everyone } from './encoded-event.ts'
import type { AccountRooms } from './room-members.ts'

export interface Batch {
  /** The events after a cursor that the reader's streams carry. */
  events: EncodedEvent[]
  /** The id up to which these are all. */
  scannedTo: number
}

/** At a bound, a sixteenth of it is dropped: dropping moves all that stays. */
function reduced(bound: number): number {
  return bound - Math.floor(bound / 16)
}

/**
 * The newest entries of the log in memory, so that readers a little behind need no read of the store.
 * Their events are listed by audience, so what is for others costs a reader nothing.
 */
export class RecentEvents {
  readonly #maxEntries: number
  readonly #maxBytes: number
  /** Their ids are contiguous. */
  #entries: EncodedEntry[] = []
  #bytes = 0
  readonly #byAudience = new Map<Audience, EncodedEvent[]>()

  constructor({ maxEntries = 20_000, maxBytes = 16 * 1024 * 1024 } = {}) {
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
  }

  push(entries: readonly EncodedEntry[]): void {
    for (const entry of entries) {
      this.#entries.push(entry)
      this.#bytes += bytesOf(entry)
      for (const event of entry.events)
        for (const audience of event.audiences) this.#list(audience, event)
    }
    if (this.#entries.length > this.#maxEntries || this.#bytes > this.#maxBytes) this.#dropSurplus()
  }

  /** Drops the entries that were trimmed from the log. */
  dropBefore(oldest: number): void {
    const [first] = this.#entries
    if (first) this.#dropFirst(Math.max(0, oldest - first.id))
  }

  clear(): void {
    this.#entries = []
    this.#bytes = 0
    this.#byAudience.clear()
  }

  /**
   * The events after a cursor that the account's streams carry.
   *
   * @param rooms in which no membership ended after the cursor
   * @param maxBytes bounds their size, but there is at least one if there are any
   * @returns undefined if the memory does not reach back to the cursor
   */
  after(cursor: number, { account, ids }: AccountRooms, maxBytes: number): Batch | undefined {
    const [first] = this.#entries
    if (first === undefined || cursor + 1 < first.id) return undefined
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

  #dropSurplus(): void {
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

  #list(audience: Audience, event: EncodedEvent): void {
    const list = this.#byAudience.get(audience)
    if (list) list.push(event)
    else this.#byAudience.set(audience, [event])
  }

  #tail(audience: Audience, after: number): Tail {
    return new Tail(this.#byAudience.get(audience) ?? [], after)
  }

  #dropFirst(count: number): void {
    const dropped = this.#entries.splice(0, count)
    const upTo = dropped.at(-1)?.id ?? 0
    for (const entry of dropped) {
      this.#bytes -= bytesOf(entry)
      for (const audience of entry.events.flatMap(({ audiences }) => audiences))
        this.#dropUpTo(upTo, audience)
    }
  }

  #dropUpTo(id: number, audience: Audience): void {
    const list = this.#byAudience.get(audience) ?? []
    const surplus = indexAfter(list, id)
    if (surplus === list.length) this.#byAudience.delete(audience)
    else list.splice(0, surplus)
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

/** Where the events after an id begin in a list that is ordered by id. */
function indexAfter(events: readonly EncodedEvent[], id: number): number {
  let low = 0
  let high = events.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((events[middle] as EncodedEvent).id <= id) low = middle + 1
    else high = middle
  }
  return low
}

function bytesOf({ events }: EncodedEntry): number {
  return events.reduce((sum, { maxBytes }) => sum + maxBytes, 0)
}
