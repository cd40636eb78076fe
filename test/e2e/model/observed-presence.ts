import type { ReadEvent } from '../../support/event-reader.ts'
import { invariant } from './invariant.ts'

/** Who is online, as one stream tells it. */
export class ObservedPresence {
  /** Undefined where the stream said to fetch the list. */
  people: Set<string> | undefined
  readonly #person: string
  /** What the list said, and what the stream says past it, may overlap. */
  #overlaps = false

  /** @param ready the data of the stream's `ready` */
  constructor(person: string, ready: ReadEvent['data']) {
    this.#person = person
    this.people = new Set(ready.online)
    invariant(this.people.has(person), 'ready without oneself', ready)
    invariant(this.people.size === ready.onlineCount, 'the count in ready', ready)
  }

  hear(data: ReadEvent['data']): void {
    const { joined, left, onlineCount, resync } = data
    if (resync) {
      this.#overlaps = true
      this.people = undefined
      return
    }
    invariant(joined.length + left.length > 0, 'presence without a change', data)
    invariant(![...joined, ...left].includes(this.#person), 'presence of oneself', data)
    for (const name of joined) {
      invariant(this.#overlaps || !this.people?.has(name), 'joined who was there', data)
      this.people?.add(name)
    }
    for (const name of left) {
      invariant(this.#overlaps || this.people?.has(name), 'left who was not there', data)
      this.people?.delete(name)
    }
    invariant(this.#overlaps || this.people?.size === onlineCount, 'the count of presence', data)
  }

  /** What the stream said comes to what the list says; where it said to fetch it, this is that. */
  agrees(list: readonly string[]): boolean {
    this.people ??= new Set(list)
    return this.people.size === list.length && list.every((name) => this.people?.has(name))
  }
}
