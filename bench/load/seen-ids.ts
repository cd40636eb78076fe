/**
 * Which of the ids 1, 2, 3, … a stream has brought: each must come once. An id ahead of its turn
 * waits in a set, so an ordered stream costs a comparison for each event and no memory.
 */
export class SeenIds {
  /** Events taken, doubled ones among them. */
  received = 0
  doubled = 0
  /** Events that came before one with a smaller id. */
  early = 0
  #next: number
  readonly #ahead = new Set<number>()

  /** @param after the stream begins behind this id */
  constructor(after = 0) {
    this.#next = after + 1
  }

  /** For a stream that goes on where this one was cut: what has come, or never will, is known to it. */
  continued(): SeenIds {
    const next = new SeenIds(this.complete)
    for (const id of this.#ahead) next.#ahead.add(id)
    next.doubled = this.doubled
    return next
  }

  /** Up to here every id has come. */
  get complete(): number {
    return this.#next - 1
  }

  /** How many ids up to `last` have not come. */
  missingUpTo(last: number): number {
    let missing = last - this.complete
    for (const id of this.#ahead) if (id <= last) missing--
    return Math.max(0, missing)
  }

  /** A message came. */
  take(id: number): void {
    this.received++
    this.#mark(id)
  }

  /** A message that is not for this stream's person: if it comes all the same, it counts as doubled. */
  skip(id: number): void {
    this.#mark(id)
  }

  #mark(id: number): void {
    if (id === this.#next) {
      this.#next++
      while (this.#ahead.size > 0 && this.#ahead.delete(this.#next)) this.#next++
    } else if (id < this.#next || this.#ahead.has(id)) this.doubled++
    else {
      this.early++
      this.#ahead.add(id)
    }
  }
}
