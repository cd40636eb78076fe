/** The least time between a look and one for which there is no hurry, in ms. */
const minIntervalMs = 5

/**
 * Makes one look of several that are asked for shortly after one another: a look brings all that
 * happened before it, and what it costs PostgreSQL hardly depends on how much that is. The first
 * after a while is made at once.
 */
export class PollThrottle {
  readonly #poll: () => void
  #lastPollAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** @param poll begins a look, and calls `pollStarted` when it does */
  constructor(poll: () => void) {
    this.#poll = poll
  }

  /** Asks for a look, which begins within 5 ms unless others are under way. */
  request(): void {
    if (this.#timer) return
    const due = this.#lastPollAt + minIntervalMs - performance.now()
    if (due <= 0) this.#poll()
    else this.#timer = setTimeout(this.#poll, due)
  }

  /** Whoever asked for it: what was asked for before is answered by it. */
  pollStarted(): void {
    this.#lastPollAt = performance.now()
    this.close()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
