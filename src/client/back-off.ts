import type { BackOffOptions } from './types.ts'

/** The shortest wait that a server can ask for, in ms. */
const minDelayMs = 100

/** The longest wait that a server can ask for, in ms. */
const maxRequestedDelayMs = 600_000

/** Between half and all of `ms`, so that clients that lost the same server do not return at once. */
export function withJitter(ms: number): number {
  return Math.round(ms * (1 + Math.random()) * 0.5)
}

/** Waits `ms`. A signal ends the wait early, without an error. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, signal.aborted ? 0 : ms)
    signal.addEventListener('abort', done)
  })
}

/** The delay before each attempt to reopen a stream. `BackOffOptions` has the defaults. */
export class BackOff {
  readonly #quickMs: number
  readonly #longestMs: number
  #firstMs: number
  #attempt = 0

  constructor({ quickMs = 1_000, firstMs = 3_000, longestMs = 30_000 }: BackOffOptions = {}) {
    this.#quickMs = quickMs
    this.#firstMs = firstMs
    this.#longestMs = longestMs
  }

  /** Attempts since the last `reset()`. */
  get attempt(): number {
    return this.#attempt
  }

  /** Set from the stream's `retry:` field, in ms. */
  set firstMs(ms: number) {
    this.#firstMs = Math.min(Math.max(ms, minDelayMs), this.#longestMs)
  }

  get firstMs(): number {
    return this.#firstMs
  }

  get longestMs(): number {
    return this.#longestMs
  }

  /** The stream worked: the next attempt is the first again. */
  reset(): void {
    this.#attempt = 0
  }

  /** An attempt whose wait was ended early does not lengthen the next wait. */
  undoAttempt(): void {
    this.#attempt = Math.max(0, this.#attempt - 1)
  }

  /**
   * In ms.
   *
   * @param atLeastMs what the server asks of every client alike (`Retry-After`)
   */
  nextDelay(atLeastMs = 0): number {
    this.#attempt++
    if (this.#attempt === 1 && atLeastMs === 0) return Math.round(Math.random() * this.#quickMs)
    const growing = this.#firstMs * 2 ** Math.max(0, this.#attempt - 2)
    const ownMs = withJitter(Math.min(growing, this.#longestMs))
    return atLeastMs === 0
      ? ownMs
      : Math.min(atLeastMs, maxRequestedDelayMs) + Math.min(ownMs, 1_000)
  }

  /** The delay that the server gave this stream alone, which needs no jitter, within bounds. In ms. */
  requestedDelay(ms: number): number {
    this.#attempt++
    return Math.min(Math.max(ms, Math.min(minDelayMs, this.#longestMs)), maxRequestedDelayMs)
  }
}
