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

/** The difference that a run of changes made to the set of people. */
interface Difference {
  joined: Map<number, string>
  left: Map<number, string>
}

/**
 * Tells ready streams who came and who went: the first change at once, a storm gathered. Each
 * event is exactly the difference since the reader's last one, also for a reader who became ready
 * in the middle of a storm.
 */
export class PresenceFeed {
  readonly #presence: Pick<Presence, 'count' | 'onChanged'>
  readonly #windowMs: number
  readonly #readers = new Set<PresenceReader>()
  /** The changes that were not told yet. */
  #journal: PresenceChanged[] = []
  /** Readers who became ready after some of the journal: how much of it they know from `ready`. */
  readonly #known = new Map<PresenceReader, number>()
  /** Readers who missed an event. */
  readonly #behind = new Set<PresenceReader>()
  #lastToldAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** @param windowMs the shortest time between two events: 250 ms makes at most 4 a second */
  constructor(presence: Pick<Presence, 'count' | 'onChanged'>, { windowMs = 250 } = {}) {
    this.#presence = presence
    this.#windowMs = windowMs
    presence.onChanged((change) => {
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
    const wait = this.#lastToldAt + this.#windowMs - performance.now()
    this.#timer = setTimeout(() => this.#tellAll(), Math.max(0, wait))
  }

  #tellAll(): void {
    this.#timer = undefined
    this.#lastToldAt = performance.now()
    const journal = this.#journal
    this.#journal = []
    const known = new Map(this.#known)
    this.#known.clear()

    const whole = difference(journal)
    const common = this.#event(whole)
    for (const reader of this.#readers) {
      if (this.#behind.has(reader)) {
        if (reader.tell(this.#resync())) this.#behind.delete(reader)
        continue
      }
      const knows = known.get(reader)
      const change = knows === undefined ? whole : difference(journal.slice(knows))
      const concerned = change.joined.has(reader.account) || change.left.has(reader.account)
      const block = change === whole && !concerned ? common : this.#event(change, reader.account)
      if (block && !reader.tell(block)) this.#behind.add(reader)
    }
  }

  /** Undefined where there is nothing to tell. */
  #event({ joined, left }: Difference, except?: number): Block | undefined {
    const namesOf = (people: Map<number, string>) =>
      [...people].filter(([account]) => account !== except).map(([, name]) => name)
    const [came, went] = [namesOf(joined), namesOf(left)]
    const names = came.length + went.length
    if (names === 0) return undefined
    if (names > maxNames) return this.#resync()
    return new Block(presenceEvent(came, went, this.#presence.count))
  }

  #resync(): Block {
    return new Block(presenceEvent([], [], this.#presence.count, true))
  }
}

function difference(changes: readonly PresenceChanged[]): Difference {
  const joined = new Map<number, string>()
  const left = new Map<number, string>()
  for (const { person, online } of changes) {
    // Coming and going alternate, so a change undoes the one before it or stands for itself.
    const [here, there] = online ? [joined, left] : [left, joined]
    if (!there.delete(person.id)) here.set(person.id, person.username)
  }
  return { joined, left }
}
