/**
 * When `ready` is due on one stream: once its presence and its cursor are stored, and again after it fell
 * behind, because what is not in the log was not written to it meanwhile.
 */
export class StreamReady {
  readonly #minIntervalMs: number
  /** How many writes to the store it waits for. */
  #pendingWrites = 0
  #isOwed = true
  /** By `performance.now()`. */
  #lastAt = Number.NEGATIVE_INFINITY

  /** @param minIntervalMs the shortest time between two of them */
  constructor(minIntervalMs: number) {
    this.#minIntervalMs = minIntervalMs
  }

  get isDue(): boolean {
    return (
      this.#isOwed &&
      this.#pendingWrites === 0 &&
      performance.now() - this.#lastAt >= this.#minIntervalMs
    )
  }

  get isFirst(): boolean {
    return this.#lastAt === Number.NEGATIVE_INFINITY
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
    this.#lastAt = performance.now()
  }
}
