/** The least time between a look and one for which there is no hurry, in ms. */
const gatherMs = 5

/**
 * Makes one look of several that are asked for shortly after one another: a look brings all that
 * happened before it, and what it costs PostgreSQL hardly depends on how much that is. The first
 * after a while is made at once.
 */
export class Gathering {
  readonly #look: () => void
  #begunAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** @param look begins a look, and calls `begun` when it does */
  constructor(look: () => void) {
    this.#look = look
  }

  /** Asks for a look, which begins within 5 ms unless others are under way. */
  ask(): void {
    if (this.#timer) return
    const due = this.#begunAt + gatherMs - performance.now()
    if (due <= 0) this.#look()
    else this.#timer = setTimeout(this.#look, due)
  }

  /** Whoever asked for it: what was asked for before is answered by it. */
  begun(): void {
    this.#begunAt = performance.now()
    this.close()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
