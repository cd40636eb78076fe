import type { PresenceChanged } from '../chat/people.ts'
import type { Presence } from '../chat/presence.ts'
import { Block } from './block.ts'
import { presenceEvent } from './frames.ts'

/** What the feed needs of a stream. */
export interface PresenceReader {
  /** The account whose stream it is: it is told nothing about itself. */
  readonly account: number
  /** False where the block was not written, because the reader is behind. */
  tell(block: Block): boolean
}

/** At most this many names in one event; past that the reader fetches the list. */
const maxNames = 100

/** Telling everyone takes at most this part of the server's time, unless that were a longer wait. */
const maxShare = 0.05
const longestWaitMs = 5_000

/**
 * Tells ready streams who came and who went: the first change at once, a storm gathered, the longer
 * the more there are to be told. Each event is exactly the difference since the reader's last one,
 * also for a reader who became ready in the middle of a storm.
 */
export class PresenceFeed {
  readonly #presence: Pick<Presence, 'count' | 'onChanged'>
  readonly #windowMs: number
  readonly #now: () => number
  readonly #readers = new Set<PresenceReader>()
  /** The changes that were not told yet. */
  #journal: PresenceChanged[] = []
  /**
   * Readers who became ready after some of the journal, in that order: how much of it they know
   * from `ready`.
   */
  #known = new Map<PresenceReader, number>()
  /** Readers who missed an event. */
  readonly #behind = new Set<PresenceReader>()
  #nextAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /**
   * @param options.windowMs the shortest time between two events: 250 ms makes at most 4 a second
   * @param options.now a steady clock, in ms
   */
  constructor(
    presence: Pick<Presence, 'count' | 'onChanged'>,
    { windowMs = 250, now = () => performance.now() } = {},
  ) {
    this.#presence = presence
    this.#windowMs = windowMs
    this.#now = now
    presence.onChanged((change) => {
      // Who comes later knows the set as it is then.
      if (this.#readers.size === 0) return
      this.#journal.push(change)
      this.#schedule()
    })
  }

  /** From now on the reader hears of changes; it knows the set as it is now. */
  add(reader: PresenceReader): void {
    this.#readers.add(reader)
    if (this.#journal.length > 0) this.#known.set(reader, this.#journal.length)
  }

  remove(reader: PresenceReader): void {
    this.#readers.delete(reader)
    this.#known.delete(reader)
    this.#behind.delete(reader)
  }

  /** The reader has caught up: if it missed an event, it is told to fetch the list. */
  caughtUp(reader: PresenceReader): void {
    if (this.#behind.has(reader)) this.#schedule()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#timer !== undefined) return
    const wait = this.#nextAt - this.#now()
    this.#timer = setTimeout(() => this.#tellAll(), Math.max(0, wait))
  }

  #tellAll(): void {
    this.#timer = undefined
    const began = this.#now()
    const journal = this.#journal
    const known = this.#known
    this.#journal = []
    this.#known = new Map()

    const resync = new Block(Buffer.from(presenceEvent([], [], this.#presence.count, true)))
    const change = new Difference()
    let unread = journal.length
    const readBackTo = (index: number) => {
      while (unread > index) change.precede(journal[--unread] as PresenceChanged)
    }
    // From the newest on, so that what each of them has yet to hear is found in one pass.
    for (const [reader, knows] of [...known].reverse()) {
      readBackTo(knows)
      this.#tell(reader, this.#event(change, resync, reader.account), resync)
    }
    readBackTo(0)
    const common = this.#event(change, resync)
    for (const reader of this.#readers) {
      if (known.has(reader)) continue
      const own = change.concerns(reader.account)
      this.#tell(reader, own ? this.#event(change, resync, reader.account) : common, resync)
    }
    const now = this.#now()
    const rest = Math.min(longestWaitMs, (now - began) / maxShare)
    this.#nextAt = Math.max(began + this.#windowMs, now + rest)
  }

  #tell(reader: PresenceReader, event: Block | undefined, resync: Block): void {
    if (this.#behind.has(reader)) {
      if (reader.tell(resync)) this.#behind.delete(reader)
    } else if (event && !reader.tell(event)) this.#behind.add(reader)
  }

  /** Undefined where there is nothing to tell. */
  #event(change: Difference, resync: Block, except?: number): Block | undefined {
    if (change.size > maxNames + 1) return resync
    const { joined, left } = change.names(except)
    const names = joined.length + left.length
    if (names === 0) return undefined
    if (names > maxNames) return resync
    return new Block(Buffer.from(presenceEvent(joined, left, this.#presence.count)))
  }
}

/** The difference that a run of changes made to the set of people, read from its end. */
class Difference {
  readonly #changes = new Map<number, PresenceChanged>()

  get size(): number {
    return this.#changes.size
  }

  concerns(account: number): boolean {
    return this.#changes.has(account)
  }

  /** Coming and going alternate, so a change stands for itself or is undone by what came after. */
  precede(change: PresenceChanged): void {
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
