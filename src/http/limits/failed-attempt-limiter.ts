import { Problem } from '../../chat/problems.ts'
import { mapStoreErrors } from '../../chat/store-problems.ts'
import type { SharedCounts } from '../../store/store.ts'
import type { AddressKey } from './address-key.ts'
import { MemoryCounts } from './memory-counts.ts'
import { type Allowance, tooMany } from './rate-limiter.ts'

/** So many may wait for one address: more than anyone who types sends at once. */
const maxWaiting = 16

/** Who waits for one key, and how many attempts are under way for it. */
interface Queue {
  running: number
  waiting: number
  /** Resolves when the last in line has been let in or refused. */
  tail: Promise<void>
  settled: PromiseWithResolvers<void>
}

/**
 * Lets attempts through of which only so many may fail in a time. An attempt under way counts as
 * failed until it is known, so that many at once cannot fail more often than allowed; those past
 * the limit wait, in order and a bounded number of them, until one under way has settled. Success
 * costs nothing.
 */
export class FailedAttemptLimiter {
  readonly #allowance: Allowance
  readonly #windowMs: number
  readonly #counts: SharedCounts
  readonly #isFailure: (error: unknown) => boolean
  readonly #queues = new Map<string, Queue>()

  /** @param counts where failures are counted; default: in the memory of this process */
  constructor(allowance: Allowance, isFailure: (error: unknown) => boolean, counts?: SharedCounts) {
    this.#allowance = allowance
    this.#windowMs = allowance.seconds * 1000
    this.#counts = counts ?? new MemoryCounts({ windowMs: this.#windowMs })
    this.#isFailure = isFailure
  }

  /**
   * Makes an attempt when its turn has come under each of these keys.
   *
   * @throws {Problem} `too-many-requests`, `unavailable`
   */
  run<T>(keys: readonly AddressKey[], attempt: () => Promise<T>): Promise<T> {
    if (this.#allowance.points === 0) return attempt()
    return keys.reduceRight((inner, key) => () => this.#runOne(key, inner), attempt)()
  }

  async #runOne<T>({ key, times }: AddressKey, attempt: () => Promise<T>): Promise<T> {
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
    // What cannot be taken back now ends with its window: no reason to refuse who got in.
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
