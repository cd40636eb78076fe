import { Problem } from '../chat/problems.ts'
import { answer } from '../chat/store-problems.ts'
import type { SharedCounts } from '../store/store.ts'
import type { AddressKey } from './address-key.ts'
import { CountsInMemory } from './counts-in-memory.ts'
import { type Allowance, tooMany } from './rate-limit.ts'

/** So many may wait for one address: more than anyone who types sends at once. */
const mostWaiting = 16

/** Who waits for one key, and how many attempts are under way for it. */
interface Line {
  underWay: number
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
export class FailureGate {
  readonly #allowance: Allowance
  readonly #windowMs: number
  readonly #counts: SharedCounts
  readonly #isFailure: (error: unknown) => boolean
  readonly #lines = new Map<string, Line>()

  /** @param counts where failures are counted; default: in the memory of this process */
  constructor(allowance: Allowance, isFailure: (error: unknown) => boolean, counts?: SharedCounts) {
    this.#allowance = allowance
    this.#windowMs = allowance.seconds * 1000
    this.#counts = counts ?? new CountsInMemory({ windowMs: this.#windowMs })
    this.#isFailure = isFailure
  }

  /**
   * Makes an attempt when its turn has come under each of these keys.
   *
   * @throws {Problem} `too-many-requests`, `unavailable`
   */
  pass<T>(keys: readonly AddressKey[], attempt: () => Promise<T>): Promise<T> {
    if (this.#allowance.points === 0) return attempt()
    return keys.reduceRight((inner, key) => () => this.#passOne(key, inner), attempt)()
  }

  async #passOne<T>({ key, times }: AddressKey, attempt: () => Promise<T>): Promise<T> {
    const line = this.#lineOf(key)
    await this.#letIn(key, line, this.#allowance.points * times, mostWaiting * times)
    const result = await attempt().catch(async (error) => {
      await this.#settle(key, line, this.#isFailure(error))
      throw error
    })
    await this.#settle(key, line, false)
    return result
  }

  async #settle(key: string, line: Line, failed: boolean): Promise<void> {
    // What cannot be taken back now ends with its window: no reason to refuse who got in.
    if (!failed) await this.#counts.takeBack(key).catch(() => {})
    line.underWay--
    line.settled.resolve()
    line.settled = Promise.withResolvers()
    this.#forget(key, line)
  }

  async #letIn(key: string, line: Line, limit: number, mayWait: number): Promise<void> {
    if (line.waiting >= mayWait) throw tooManyWait()
    line.waiting++
    const turn = line.tail.then(() => this.#admit(key, line, limit))
    line.tail = turn.catch(() => {})
    try {
      await turn
    } finally {
      line.waiting--
      this.#forget(key, line)
    }
  }

  async #admit(key: string, line: Line, limit: number): Promise<void> {
    const allowance = { limit, windowMs: this.#windowMs }
    for (;;) {
      const { settled } = line
      const charged = await answer(this.#counts.add(key, allowance))
      if (charged.counted) break
      if (line.underWay === 0) throw tooMany(this.#allowance, charged.retryAfterMs)
      await settled.promise
    }
    line.underWay++
  }

  #lineOf(key: string): Line {
    const line = this.#lines.get(key) ?? {
      underWay: 0,
      waiting: 0,
      tail: Promise.resolve(),
      settled: Promise.withResolvers<void>(),
    }
    this.#lines.set(key, line)
    return line
  }

  #forget(key: string, line: Line): void {
    if (line.underWay === 0 && line.waiting === 0) this.#lines.delete(key)
  }
}

function tooManyWait(): Problem {
  return new Problem('unavailable', 'Too many logins of yours are under way. Try again.', {
    retryAfter: 1,
  })
}
