/**
 * The ids that a stream has received; each of 1, 2, 3, … must come once. Ids that come too early are
 * kept in a set, so an ordered stream costs a comparison for each event and no memory.
 */
export class SeenIds {
  /** Events received, with duplicates. */
  received = 0
  doubled = 0
  /** Events received before one with a smaller id. */
  early = 0
  #next: number
  readonly #ahead = new Set<number>()

  /** @param after the stream begins after this id */
  constructor(after = 0) {
    this.#next = after + 1
  }

  /** A copy for the stream that resumes this one. */
  continued(): SeenIds {
    const next = new SeenIds(this.complete)
    for (const id of this.#ahead) next.#ahead.add(id)
    next.doubled = this.doubled
    return next
  }

  /** Every id up to this one was received. */
  get complete(): number {
    return this.#next - 1
  }

  /** How many ids up to `last` were not received. */
  missingUpTo(last: number): number {
    let missing = last - this.complete
    for (const id of this.#ahead) if (id <= last) missing--
    return Math.max(0, missing)
  }

  take(id: number): void {
    this.received++
    this.#mark(id)
  }

  /** A message that is not for this stream's user: if it comes, it counts as a duplicate. */
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
