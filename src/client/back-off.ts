import type { BackOffOptions } from './types.ts'

/** A server that asks for less is left alone for so long all the same, in ms. */
const minDelayMs = 100

/** A server that asks for more is asked again after this long all the same, in ms. */
const maxRequestedDelayMs = 600_000

/** Half to all of a time, so that many who wait as long do not come back as one. */
export function withJitter(ms: number): number {
  return Math.round(ms * (1 + Math.random()) * 0.5)
}

/** How long to wait before each try to open a stream again; `BackOffOptions` has the defaults. */
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

  /** Which try comes next is counted from here: 1, 2, 3, … */
  get attempt(): number {
    return this.#attempt
  }

  /** What the server has said with `retry:`, in ms. */
  set firstMs(ms: number) {
    this.#firstMs = Math.min(Math.max(ms, minDelayMs), this.#longestMs)
  }

  get firstMs(): number {
    return this.#firstMs
  }

  get longestMs(): number {
    return this.#longestMs
  }

  /** The stream had worked: what comes next is its first try. */
  reset(): void {
    this.#attempt = 0
  }

  /** The wait was ended early: the try after it does not make the next one longer. */
  undoAttempt(): void {
    this.#attempt = Math.max(0, this.#attempt - 1)
  }

  /**
   * How long to wait before the next try, in ms. `atLeastMs` is what the server asks of everyone
   * alike (`Retry-After`).
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

  /** Waits as long as the server has told this stream alone, spread by itself. */
  requestedDelay(ms: number): number {
    this.#attempt++
    return Math.min(Math.max(ms, Math.min(minDelayMs, this.#longestMs)), maxRequestedDelayMs)
  }
}
