/** The least time between two polls on request, in ms. */
const minIntervalMs = 5

/**
 * Coalesces requests for polls. A poll brings everything that happened before it, and costs
 * PostgreSQL about the same however much that is. The first request after a while polls at once.
 */
export class PollThrottle {
  readonly #poll: () => void
  #lastPollAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** @param poll starts a poll, and calls `pollStarted` */
  constructor(poll: () => void) {
    this.#poll = poll
  }

  /** Starts a poll within 5 ms. */
  request(): void {
    if (this.#timer) return
    const due = this.#lastPollAt + minIntervalMs - performance.now()
    if (due <= 0) this.#poll()
    else this.#timer = setTimeout(this.#poll, due)
  }

  /** To be called at each poll, also at those that were not requested here. */
  pollStarted(): void {
    this.#lastPollAt = performance.now()
    this.cancel()
  }

  cancel(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
