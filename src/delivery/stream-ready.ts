/**
 * When `ready` is due on one stream: once its presence and its receipt are stored, and again after it fell
 * behind, because what is not in the log was not written to it meanwhile.
 */
export class StreamReady {
  /** How many writes to the store it waits for. */
  #pendingWrites = 0
  #isOwed = true
  /** -1 if there was none. In whole milliseconds, which take no memory of their own. */
  #lastAt = -1

  /** @param minIntervalMs the shortest time between two of them */
  isDue(minIntervalMs: number): boolean {
    if (!this.#isOwed || this.#pendingWrites > 0) return false
    return this.isFirst || now() - this.#lastAt >= minIntervalMs
  }

  get isFirst(): boolean {
    return this.#lastAt === -1
  }

  /** It waits for a write, which does not fail. */
  async waitFor(write: Promise<void>): Promise<void> {
    this.#pendingWrites++
    await write
    this.#pendingWrites--
  }

  /** The stream has fallen behind. */
  owe(): void {
    this.#isOwed = true
  }

  written(): void {
    this.#isOwed = false
    this.#lastAt = now()
  }
}

function now(): number {
  return Math.ceil(performance.now())
}
