import { Problem } from '../../chat/problems.ts'
import type { AddressKey } from './address-key.ts'
import { FixedWindowCounter } from './fixed-window-counter.ts'

/** How much of something is allowed in how much time, and how to say that it is used up. */
export interface Allowance {
  /** 0 switches the limit off. */
  points: number
  /** The length of a window, which begins with the first charge. */
  seconds: number
  /** A sentence that says which limit it is. */
  message: string
}

/**
 * Counts charges in fixed windows, in the memory of this process: for a request there is no time to
 * wait for anything.
 */
export class RateLimiter {
  readonly #allowance: Allowance
  readonly #windows: FixedWindowCounter

  /** @param now a steady clock, in ms */
  constructor(allowance: Allowance, now?: () => number) {
    this.#allowance = allowance
    this.#windows = new FixedWindowCounter({ windowMs: allowance.seconds * 1000, now })
  }

  /** Charges an account 1. @throws {Problem} `too-many-requests`; then nothing is charged */
  consumeForAccount(id: number): void {
    const { points } = this.#allowance
    if (points === 0) return
    const wait = this.#windows.msUntilAvailable(id, points)
    if (wait > 0) throw tooMany(this.#allowance, wait)
    this.#windows.increment(id)
  }

  /** Gives back 1 that was charged, unless its window is over. */
  refundAccount(id: number): void {
    this.#windows.decrement(id)
  }

  /** Charges an address 1, under each of its keys. @throws {Problem} as `chargeAccount` */
  consumeForAddress(keys: readonly AddressKey[]): void {
    const { points } = this.#allowance
    if (points === 0) return
    for (const { key, times } of keys) {
      const wait = this.#windows.msUntilAvailable(key, points * times)
      if (wait > 0) throw tooMany(this.#allowance, wait)
    }
    for (const { key } of keys) this.#windows.increment(key)
  }

  /** Gives back 1 that was charged, unless its window is over. */
  refundAddress(keys: readonly AddressKey[]): void {
    for (const { key } of keys) this.#windows.decrement(key)
  }
}

/**
 * `too-many-requests` for an allowance that is used up.
 *
 * @param waitMs until there is more; never told as more than the window, whatever a clock did
 */
export function tooMany({ seconds, message }: Allowance, waitMs: number): Problem {
  const retryAfter = Math.min(Math.ceil(seconds), Math.max(1, Math.ceil(waitMs / 1000)))
  const wait = retryAfter === 1 ? 'a second' : `${retryAfter} seconds`
  return new Problem('too-many-requests', `${message} Try again in ${wait}.`, { retryAfter })
}
