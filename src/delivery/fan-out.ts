import type { EncodedEntry, MembersChange } from './encoded-entry.ts'
import { type EncodedEvent, everyone } from './encoded-event.ts'
import { PackedEvents } from './packed-events.ts'
import type { RoomMembers } from './room-members.ts'
import type { StreamRegistry } from './stream-registry.ts'

type Events = readonly EncodedEvent[]
type Streams = Pick<StreamRegistry, 'all' | 'ofAccount'>

/**
 * Writes the entries of one update to all live streams that carry them, and applies the changes of
 * members among them. Who gets an event is decided in its place in the log. All streams that get the same
 * events share the packed bytes.
 *
 * @param head the last id of the log: everyone's cursor after these entries
 */
export function fanOut(
  entries: readonly EncodedEntry[],
  head: number,
  streams: Streams,
  members: RoomMembers,
): void {
  const plan = new FanOutPlan(streams, members)
  for (const entry of entries) plan.add(entry)
  plan.deliver(head)
}

class FanOutPlan {
  readonly #streams: Streams
  readonly #members: RoomMembers
  readonly #broadcasts: EncodedEvent[] = []
  /** What single accounts get. */
  readonly #own = new Map<number, EncodedEvent[]>()
  readonly #rooms = new Map<number, RoomEvents>()
  /** Of the accounts that get more than the broadcasts. */
  readonly #groups = new Map<number, Group>()
  readonly #root = new Group([])

  constructor(streams: Streams, members: RoomMembers) {
    this.#streams = streams
    this.#members = members
  }

  add({ events, change }: EncodedEntry): void {
    // The others are told of it, so who leaves is gone before, and who joins comes after.
    if (change?.kind === 'left') this.#leave(change)
    for (const event of events) {
      for (const audience of event.audiences) {
        if (audience === everyone) this.#broadcasts.push(event)
        else if (audience > everyone) this.#addToRoom(audience, event)
        else this.#addOwn(-audience, event)
      }
    }
    if (change?.kind === 'joined') this.#join(change)
    else if (change?.kind === 'room-deleted') this.#delete(change)
  }

  deliver(head: number): void {
    for (const [room, events] of this.#rooms) this.#assign(room, events)
    const groups = this.#groups
    for (const [account, own] of this.#own)
      groups.set(account, new Group([...(groups.get(account)?.lists ?? []), own]))
    if (this.#broadcasts.length > 0) {
      const packed = new PackedEvents(this.#broadcasts, head)
      for (const stream of this.#streams.all()) {
        if (stream.isLive && !groups.has(stream.account)) stream.deliver(packed)
      }
    }
    for (const [account, group] of groups) {
      for (const stream of this.#streams.ofAccount(account)) {
        if (stream.isLive)
          stream.deliver(group.pack(this.#broadcasts, head), this.#own.get(account))
      }
    }
  }

  #addOwn(account: number, event: EncodedEvent): void {
    const own = this.#own.get(account)
    if (own) own.push(event)
    else if (this.#isHere(account)) this.#own.set(account, [event])
  }

  #addToRoom(room: number, event: EncodedEvent): void {
    const events = this.#rooms.get(room) ?? new RoomEvents()
    this.#rooms.set(room, events)
    events.add(
      event,
      event.hiddenFrom.filter((account) => this.#isHere(account)),
    )
  }

  #isHere(account: number): boolean {
    return this.#streams.ofAccount(account).length > 0
  }

  #join(change: MembersChange & { kind: 'joined' }): void {
    if (!this.#isHere(change.account)) return
    this.#members.apply(change)
    this.#rooms.get(change.room)?.begin(change.account)
  }

  #leave(change: MembersChange & { kind: 'left' }): void {
    if (!this.#isHere(change.account)) return
    this.#members.apply(change)
    this.#extend(change.account, this.#rooms.get(change.room)?.takenBy(change.account))
  }

  #delete(change: MembersChange & { kind: 'room-deleted' }): void {
    this.#assign(change.room, this.#rooms.get(change.room))
    this.#members.apply(change)
  }

  #assign(room: number, events: RoomEvents | undefined): void {
    for (const account of this.#members.of(room)) this.#extend(account, events?.of(account))
  }

  /** The account gets these events, too. */
  #extend(account: number, events: Events = []): void {
    if (events.length === 0) return
    const group = this.#groups.get(account) ?? this.#root
    this.#groups.set(account, group.with(events))
  }
}

/** The events of one room in an update. */
class RoomEvents {
  readonly #common: EncodedEvent[] = []
  /** Of accounts that get not all of them: they have just joined, or something is hidden from them. */
  readonly #differing = new Map<number, EncodedEvent[]>()
  /** Each once: accounts that get the same events share a list. */
  readonly #lists = new Set([this.#common])

  /** @param hiddenFrom accounts that do not get it */
  add(event: EncodedEvent, hiddenFrom: readonly number[]): void {
    const without = new Map<Events, EncodedEvent[]>()
    for (const account of hiddenFrom) {
      const list = this.of(account)
      const rest = without.get(list) ?? [...list]
      without.set(list, rest)
      this.#differing.set(account, rest)
    }
    for (const list of this.#lists) list.push(event)
    for (const rest of without.values()) this.#lists.add(rest)
  }

  /** The account joins: it gets the events from here on. */
  begin(account: number): void {
    const events: EncodedEvent[] = []
    this.#differing.set(account, events)
    this.#lists.add(events)
  }

  /** What an account that leaves has got so far. */
  takenBy(account: number): Events {
    return [...this.of(account)]
  }

  of(account: number): Events {
    return this.#differing.get(account) ?? this.#common
  }
}

/** Accounts that get the same events. */
class Group {
  readonly lists: readonly Events[]
  #larger: Map<Events, Group> | undefined
  #packed: PackedEvents | undefined

  constructor(lists: readonly Events[]) {
    this.lists = lists
  }

  /** The group of those that get this very list, too. */
  with(events: Events): Group {
    this.#larger ??= new Map()
    const known = this.#larger.get(events)
    if (known) return known
    const group = new Group([...this.lists, events])
    this.#larger.set(events, group)
    return group
  }

  pack(broadcasts: Events, head: number): PackedEvents {
    this.#packed ??= new PackedEvents(this.#merge(broadcasts), head)
    return this.#packed
  }

  #merge(broadcasts: Events): Events {
    const [first = [], ...others] = [broadcasts, ...this.lists].filter(({ length }) => length > 0)
    if (others.length === 0) return first
    return [first, ...others].flat().sort((one, other) => one.id - other.id)
  }
}
