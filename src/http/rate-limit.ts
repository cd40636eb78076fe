import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { Problem } from '../chat/problems.ts'
import { answer } from '../chat/store-problems.ts'
import type { SharedCounts } from '../store/store.ts'

/** How much of something is allowed in how much time, and how to say that it is used up. */
export interface Allowance {
  /** 0 switches the limit off. */
  points: number
  /** The length of a window, which begins with the first charge. */
  seconds: number
  /** A sentence that says which limit it is. */
  told: string
}

/** Counts charges by a key, in fixed windows. */
export class RateLimit {
  readonly #counts: SharedCounts
  readonly #allowance: Allowance

  /** @param counts where it is counted; default: in the memory of this process */
  constructor(allowance: Allowance, counts?: SharedCounts) {
    this.#allowance = allowance
    this.#counts = counts ?? new CountsInMemory(allowance)
  }

  /** Charges 1. @throws {Problem} `too-many-requests`, `unavailable`; then nothing is charged */
  async charge(key: string | number): Promise<void> {
    const { points, seconds } = this.#allowance
    if (points === 0) return
    const windowMs = seconds * 1000
    const charged = await answer(this.#counts.add(`${key}`, { limit: points, windowMs }))
    if (!charged.counted) throw this.#refusal(charged.retryAfterMs)
  }

  /** Gives back 1 that was charged, unless its window is over. @throws {Problem} `unavailable` */
  async giveBack(key: string | number): Promise<void> {
    if (this.#allowance.points > 0) await answer(this.#counts.takeBack(`${key}`))
  }

  #refusal(waitMs: number): Problem {
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000))
    const seconds = retryAfter === 1 ? 'a second' : `${retryAfter} seconds`
    return new Problem('too-many-requests', `${this.#allowance.told} Try again in ${seconds}.`, {
      retryAfter,
    })
  }
}

class CountsInMemory implements SharedCounts {
  readonly #limiter: RateLimiterMemory

  constructor({ points, seconds }: Allowance) {
    this.#limiter = new RateLimiterMemory({ points, duration: seconds })
  }

  async add(key: string) {
    try {
      await this.#limiter.consume(key)
      return { counted: true } as const
    } catch (exhausted) {
      await this.#limiter.reward(key)
      const retryAfterMs = (exhausted as RateLimiterRes).msBeforeNext
      return { counted: false, retryAfterMs } as const
    }
  }

  async takeBack(key: string): Promise<void> {
    const state = await this.#limiter.get(key)
    if (state && state.consumedPoints > 0) await this.#limiter.reward(key)
  }
}
