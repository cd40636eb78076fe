import { Problem } from '../../chat/problems.ts'
import type { LimitKey } from './address-keys.ts'
import { FixedWindowCounter } from './fixed-window-counter.ts'

export interface Allowance {
  /** How many in one window; 0 switches the limit off. */
  points: number
  /** The length of a window, which begins with its first point. */
  seconds: number
  /** A sentence for the client that says which limit it is. */
  message: string
}

/** Counts points in fixed windows, in the memory of this process. */
export class RateLimiter {
  readonly #allowance: Allowance
  readonly #windows: FixedWindowCounter

  /** @param now a monotonic clock, in ms */
  constructor(allowance: Allowance, now?: () => number) {
    this.#allowance = allowance
    this.#windows = new FixedWindowCounter({ windowMs: allowance.seconds * 1000, now })
  }

  /** Takes a point under each key. @throws {Problem} `too-many-requests`; then it takes none */
  consume(keys: readonly LimitKey[]): void {
    const { points } = this.#allowance
    if (points === 0) return
    for (const { key, times } of keys) {
      const waitMs = this.#windows.msUntilAvailable(key, points * times)
      if (waitMs > 0) throw tooMany(this.#allowance, waitMs)
    }
    for (const { key } of keys) this.#windows.increment(key)
  }

  /** Gives a point back, unless its window has ended. */
  refund(keys: readonly LimitKey[]): void {
    for (const { key } of keys) this.#windows.decrement(key)
  }
}

/**
 * `too-many-requests` for an allowance that is used up.
 *
 * @param waitMs until there is more; `Retry-After` is never longer than a window, whatever a clock did
 */
export function tooMany({ seconds, message }: Allowance, waitMs: number): Problem {
  const retryAfter = Math.min(Math.ceil(seconds), Math.max(1, Math.ceil(waitMs / 1000)))
  const wait = retryAfter === 1 ? 'a second' : `${retryAfter} seconds`
  return new Problem('too-many-requests', `${message} Try again in ${wait}.`, { retryAfter })
}
