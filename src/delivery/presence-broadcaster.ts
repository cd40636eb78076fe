import type { OnlineChange } from '../chat/online-users.ts'
import type { Presence } from '../chat/presence.ts'
import { Chunk } from './http-chunk.ts'
import { presenceEvent } from './sse-events.ts'

/** A stream, as the broadcaster uses it. */
export interface PresenceSubscriber {
  /** The account of the stream, which gets no events about itself. */
  readonly account: number
  /** @returns false if the chunk was not written because the stream is behind */
  sendPresence(chunk: Chunk): boolean
}

/** At most this many names in one event; if there are more, the reader fetches the list. */
const maxNames = 100

/** Broadcasts take at most this share of the server's time, unless the pause would exceed `maxIntervalMs`. */
const maxTimeShare = 0.05
const maxIntervalMs = 5_000

/**
 * Sends presence changes to ready streams: the first at once, those that follow gathered, for longer
 * the more subscribers there are. Each event is exactly the difference since the subscriber's last
 * one, also for a subscriber that was added while changes were pending.
 */
export class PresenceBroadcaster {
  readonly #presence: Pick<Presence, 'count' | 'onChanged'>
  readonly #minIntervalMs: number
  readonly #now: () => number
  readonly #subscribers = new Set<PresenceSubscriber>()
  #pendingChanges: OnlineChange[] = []
  /**
   * Subscribers that were added while changes were pending, in that order: how many of the changes
   * their `ready` included.
   */
  #knownChanges = new Map<PresenceSubscriber, number>()
  /** Subscribers that were behind when an event was sent. */
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
      // Later subscribers know the list from their `ready`.
      if (this.#subscribers.size === 0) return
      this.#pendingChanges.push(change)
      this.#schedule()
    })
  }

  /** Adds a subscriber that knows who is online now, or one that missed an event and knows it again. */
  add(subscriber: PresenceSubscriber): void {
    this.#subscribers.add(subscriber)
    this.#missedEvent.delete(subscriber)
    if (this.#pendingChanges.length > 0)
      this.#knownChanges.set(subscriber, this.#pendingChanges.length)
  }

  /** Whether the subscriber has been told of every change, or will be. */
  isUpToDate(subscriber: PresenceSubscriber): boolean {
    return this.#subscribers.has(subscriber) && !this.#missedEvent.has(subscriber)
  }

  remove(subscriber: PresenceSubscriber): void {
    this.#subscribers.delete(subscriber)
    this.#knownChanges.delete(subscriber)
    this.#missedEvent.delete(subscriber)
  }

  /** The subscriber has caught up. If it missed an event, it will be told to fetch the list. */
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
    const changes = this.#pendingChanges
    const knownChanges = this.#knownChanges
    this.#pendingChanges = []
    this.#knownChanges = new Map()

    const resync = new Chunk(Buffer.from(presenceEvent([], [], this.#presence.count, true)))
    const diff = new PresenceDiff()
    let unread = changes.length
    const readBackTo = (index: number) => {
      while (unread > index) diff.prepend(changes[--unread] as OnlineChange)
    }
    // From the newest to the oldest, so that one pass over the changes serves all of them.
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

  /** @returns undefined if nothing changed */
  #encode(diff: PresenceDiff, resync: Chunk, except?: number): Chunk | undefined {
    if (diff.size > maxNames + 1) return resync
    const { joined, left } = diff.names(except)
    const names = joined.length + left.length
    if (names === 0) return undefined
    if (names > maxNames) return resync
    return new Chunk(Buffer.from(presenceEvent(joined, left, this.#presence.count)))
  }
}

/** The difference that a list of changes made, built from its end. */
class PresenceDiff {
  readonly #changes = new Map<number, OnlineChange>()

  get size(): number {
    return this.#changes.size
  }

  includes(account: number): boolean {
    return this.#changes.has(account)
  }

  /** A person's changes alternate, so a change counts unless the next one undoes it. */
  prepend(change: OnlineChange): void {
    const { id } = change.person
    if (!this.#changes.delete(id)) this.#changes.set(id, change)
  }

  /** In the order of the changes. */
  names(except?: number): { joined: string[]; left: string[] } {
    const joined: string[] = []
    const left: string[] = []
    for (const { person, online } of [...this.#changes.values()].reverse()) {
      if (person.id !== except) (online ? joined : left).push(person.username)
    }
    return { joined, left }
  }
}
