import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../chat/problems.ts'

/** How much of something is allowed in how much time, and how to say that it is used up. */
export interface Allowance {
  /** 0 switches the limit off. */
  points: number
  /** The length of a window, which begins with the first charge. */
  seconds: number
  /** A sentence that says which limit it is. */
  told: string
}

/** Counts charges by a key, in fixed windows, in the memory of this process. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory | undefined
  readonly #told: string

  constructor({ points, seconds, told }: Allowance) {
    this.#limiter = points === 0 ? undefined : new RateLimiterMemory({ points, duration: seconds })
    this.#told = told
  }

  /** Charges 1. @throws {Problem} `too-many-requests`, and nothing is charged */
  async charge(key: string | number): Promise<void> {
    try {
      await this.#limiter?.consume(key)
    } catch (exhausted) {
      await this.#limiter?.reward(key)
      throw this.#refusal((exhausted as RateLimiterRes).msBeforeNext)
    }
  }

  /** Gives back 1 that was charged, unless its window is over. */
  async giveBack(key: string | number): Promise<void> {
    const state = await this.#limiter?.get(key)
    if (state && state.consumedPoints > 0) await this.#limiter?.reward(key)
  }

  #refusal(waitMs: number): Problem {
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
    const seconds = retryAfter === 1 ? 'a second' : `${retryAfter} seconds`
    return new Problem('too-many-requests', `${this.#told} Try again in ${seconds}.`, {
      retryAfter,
    })
  }
}
