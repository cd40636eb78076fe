import { Problem } from '../../chat/problems.ts'
import { mapStoreErrors } from '../../chat/store-problems.ts'
import type { RateLimitCounters } from '../../store/rate-limit-counters.ts'
import type { LimitKey } from './address-keys.ts'
import { FixedWindowCounter } from './fixed-window-counter.ts'
import { type Allowance, tooMany } from './rate-limiter.ts'

/** How many attempts may wait for one address: more than a person who types sends at once. */
const maxWaiting = 16

/** The attempts under one key. */
interface Queue {
  running: number
  waiting: number
  /** Resolves when the last attempt that waits was admitted or refused. */
  tail: Promise<void>
  /** Resolves when the next running attempt has ended. */
  settled: PromiseWithResolvers<void>
}

/**
 * Limits how many attempts may fail in a window. A running attempt counts as failed until its outcome
 * is known, so that many at once cannot fail more often than allowed. Attempts past the limit wait in
 * order until a running one has ended; how many may wait is bounded. Success costs nothing.
 */
export class FailedAttemptLimiter {
  readonly #allowance: Allowance
  readonly #windowMs: number
  readonly #counts: RateLimitCounters
  readonly #isFailure: (error: unknown) => boolean
  readonly #queues = new Map<string, Queue>()

  /** @param counts where failures are counted (in the memory of this process) */
  constructor(
    allowance: Allowance,
    isFailure: (error: unknown) => boolean,
    counts?: RateLimitCounters,
  ) {
    this.#allowance = allowance
    this.#windowMs = allowance.seconds * 1000
    this.#counts = counts ?? memoryCounts(this.#windowMs)
    this.#isFailure = isFailure
  }

  /**
   * Makes an attempt once it is admitted under each of these keys.
   *
   * @throws {Problem} `too-many-requests`, `unavailable`
   */
  run<T>(keys: readonly LimitKey[], attempt: () => Promise<T>): Promise<T> {
    if (this.#allowance.points === 0) return attempt()
    return keys.reduceRight((inner, key) => () => this.#runOne(key, inner), attempt)()
  }

  async #runOne<T>({ key, times }: LimitKey, attempt: () => Promise<T>): Promise<T> {
    const queue = this.#queueOf(key)
    await this.#waitForTurn(key, queue, this.#allowance.points * times, maxWaiting * times)
    const result = await attempt().catch(async (error) => {
      await this.#settle(key, queue, this.#isFailure(error))
      throw error
    })
    await this.#settle(key, queue, false)
    return result
  }

  async #settle(key: string, queue: Queue, failed: boolean): Promise<void> {
    // A count that cannot be taken back ends with its window: no reason to fail the attempt.
    if (!failed) await this.#counts.decrement(key).catch(() => {})
    queue.running--
    queue.settled.resolve()
    queue.settled = Promise.withResolvers()
    this.#removeIfIdle(key, queue)
  }

  async #waitForTurn(key: string, queue: Queue, limit: number, queueLimit: number): Promise<void> {
    if (queue.waiting >= queueLimit) throw tooManyWaiting()
    queue.waiting++
    const turn = queue.tail.then(() => this.#admit(key, queue, limit))
    queue.tail = turn.catch(() => {})
    try {
      await turn
    } finally {
      queue.waiting--
      this.#removeIfIdle(key, queue)
    }
  }

  async #admit(key: string, queue: Queue, limit: number): Promise<void> {
    const allowance = { limit, windowMs: this.#windowMs }
    for (;;) {
      const { settled } = queue
      const consumed = await mapStoreErrors(this.#counts.increment(key, allowance))
      if (consumed.counted) break
      if (queue.running === 0) throw tooMany(this.#allowance, consumed.retryAfterMs)
      await settled.promise
    }
    queue.running++
  }

  #queueOf(key: string): Queue {
    const queue = this.#queues.get(key) ?? {
      running: 0,
      waiting: 0,
      tail: Promise.resolve(),
      settled: Promise.withResolvers<void>(),
    }
    this.#queues.set(key, queue)
    return queue
  }

  #removeIfIdle(key: string, queue: Queue): void {
    if (queue.running === 0 && queue.waiting === 0) this.#queues.delete(key)
  }
}

function tooManyWaiting(): Problem {
  return new Problem('unavailable', 'Too many logins of yours are under way. Try again.', {
    retryAfter: 1,
  })
}

/** The counts of this process alone. All windows have one length. */
function memoryCounts(windowMs: number): RateLimitCounters {
  const windows = new FixedWindowCounter({ windowMs })
  return {
    async increment(key, { limit }) {
      const retryAfterMs = windows.msUntilAvailable(key, limit)
      if (retryAfterMs > 0) return { counted: false, retryAfterMs }
      windows.increment(key)
      return { counted: true }
    },
    decrement: async (key) => windows.decrement(key),
  }
}
