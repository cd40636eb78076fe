import type { PresenceEvent } from '../chat/online-users.ts'
import type { Presence } from '../chat/presence.ts'
import { Chunk } from './chunk.ts'
import { presenceEvent } from './sse-events.ts'

/** What the feed needs of a stream. */
export interface PresenceSubscriber {
  /** The account whose stream it is: it is told nothing about itself. */
  readonly account: number
  /** False where the chunk was not written, because the subscriber is behind. */
  sendPresence(chunk: Chunk): boolean
}

/** At most this many names in one event; past that the subscriber fetches the list. */
const maxNames = 100

/** Telling everyone takes at most this part of the server's time, unless that were a longer wait. */
const maxTimeShare = 0.05
const maxIntervalMs = 5_000

/**
 * Tells ready streams who came and who went: the first change at once, a storm gathered, the longer
 * the more there are to be told. Each event is exactly the difference since the subscriber's last one,
 * also for a subscriber who became ready in the middle of a storm.
 */
export class PresenceBroadcaster {
  readonly #presence: Pick<Presence, 'count' | 'onChanged'>
  readonly #minIntervalMs: number
  readonly #now: () => number
  readonly #subscribers = new Set<PresenceSubscriber>()
  /** The changes that were not told yet. */
  #pendingChanges: PresenceEvent[] = []
  /**
   * Readers who became ready after some of the journal, in that order: how much of it they know
   * from `ready`.
   */
  #knownChanges = new Map<PresenceSubscriber, number>()
  /** Readers who missed an event. */
  readonly #missedEvent = new Set<PresenceSubscriber>()
  #nextBroadcastAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /**
   * @param options.minIntervalMs the shortest time between two events: 250 ms makes at most 4 a second
   * @param options.now a steady clock, in ms
   */
  constructor(
    presence: Pick<Presence, 'count' | 'onChanged'>,
    { minIntervalMs = 250, now = () => performance.now() } = {},
  ) {
    this.#presence = presence
    this.#minIntervalMs = minIntervalMs
    this.#now = now
    presence.onChanged((change) => {
      // Who comes later knows the set as it is then.
      if (this.#subscribers.size === 0) return
      this.#pendingChanges.push(change)
      this.#schedule()
    })
  }

  /** From now on the subscriber hears of changes; it knows the set as it is now. */
  add(subscriber: PresenceSubscriber): void {
    this.#subscribers.add(subscriber)
    if (this.#pendingChanges.length > 0)
      this.#knownChanges.set(subscriber, this.#pendingChanges.length)
  }

  remove(subscriber: PresenceSubscriber): void {
    this.#subscribers.delete(subscriber)
    this.#knownChanges.delete(subscriber)
    this.#missedEvent.delete(subscriber)
  }

  /** The subscriber has caught up: if it missed an event, it is told to fetch the list. */
  caughtUp(subscriber: PresenceSubscriber): void {
    if (this.#missedEvent.has(subscriber)) this.#schedule()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const wait = this.#nextBroadcastAt - this.#now()
    this.#timer = setTimeout(() => this.#broadcast(), Math.max(0, wait))
  }

  #broadcast(): void {
    this.#timer = undefined
    const began = this.#now()
    const journal = this.#pendingChanges
    const knownChanges = this.#knownChanges
    this.#pendingChanges = []
    this.#knownChanges = new Map()

    const resync = new Chunk(Buffer.from(presenceEvent([], [], this.#presence.count, true)))
    const diff = new PresenceDiff()
    let unread = journal.length
    const readBackTo = (index: number) => {
      while (unread > index) diff.prepend(journal[--unread] as PresenceEvent)
    }
    // From the newest on, so that what each of them has yet to hear is found in one pass.
    for (const [subscriber, knownCount] of [...knownChanges].reverse()) {
      readBackTo(knownCount)
      this.#send(subscriber, this.#encode(diff, resync, subscriber.account), resync)
    }
    readBackTo(0)
    const common = this.#encode(diff, resync)
    for (const subscriber of this.#subscribers) {
      if (knownChanges.has(subscriber)) continue
      const own = diff.includes(subscriber.account)
      this.#send(subscriber, own ? this.#encode(diff, resync, subscriber.account) : common, resync)
    }
    const now = this.#now()
    const pauseMs = Math.min(maxIntervalMs, (now - began) / maxTimeShare)
    this.#nextBroadcastAt = Math.max(began + this.#minIntervalMs, now + pauseMs)
  }

  #send(subscriber: PresenceSubscriber, event: Chunk | undefined, resync: Chunk): void {
    if (this.#missedEvent.has(subscriber)) {
      if (subscriber.sendPresence(resync)) this.#missedEvent.delete(subscriber)
    } else if (event && !subscriber.sendPresence(event)) this.#missedEvent.add(subscriber)
  }

  /** Undefined where there is nothing to tell. */
  #encode(diff: PresenceDiff, resync: Chunk, except?: number): Chunk | undefined {
    if (diff.size > maxNames + 1) return resync
    const { joined, left } = diff.names(except)
    const names = joined.length + left.length
    if (names === 0) return undefined
    if (names > maxNames) return resync
    return new Chunk(Buffer.from(presenceEvent(joined, left, this.#presence.count)))
  }
}

/** The difference that a run of changes made to the set of people, read from its end. */
class PresenceDiff {
  readonly #changes = new Map<number, PresenceEvent>()

  get size(): number {
    return this.#changes.size
  }

  includes(account: number): boolean {
    return this.#changes.has(account)
  }

  /** Coming and going alternate, so a change stands for itself or is undone by what came after. */
  prepend(change: PresenceEvent): void {
    const { id } = change.person
    if (!this.#changes.delete(id)) this.#changes.set(id, change)
  }

  /** In the order in which they came and went. */
  names(except?: number): { joined: string[]; left: string[] } {
    const joined: string[] = []
    const left: string[] = []
    for (const { person, online } of [...this.#changes.values()].reverse()) {
      if (person.id !== except) (online ? joined : left).push(person.username)
    }
    return { joined, left }
  }
}
