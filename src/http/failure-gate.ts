import { Problem } from '../chat/problems.ts'
import type { SharedCounts } from '../store/store.ts'
import { type Allowance, RateLimit } from './rate-limit.ts'

/** So many may wait for one key: more than anyone who types sends at once. */
const mayWait = 16

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
  readonly #limit: RateLimit
  readonly #isFailure: (error: unknown) => boolean
  readonly #lines = new Map<string, Line>()

  /** @param counts where failures are counted; default: in the memory of this process */
  constructor(allowance: Allowance, isFailure: (error: unknown) => boolean, counts?: SharedCounts) {
    this.#limit = new RateLimit(allowance, counts)
    this.#isFailure = isFailure
  }

  /** Makes an attempt when its turn has come. @throws {Problem} `too-many-requests`, `unavailable` */
  async pass<T>(key: string, attempt: () => Promise<T>): Promise<T> {
    const line = this.#lineOf(key)
    await this.#letIn(key, line)
    const result = await attempt().catch(async (error) => {
      await this.#settle(key, line, this.#isFailure(error))
      throw error
    })
    await this.#settle(key, line, false)
    return result
  }

  async #settle(key: string, line: Line, failed: boolean): Promise<void> {
    // What cannot be taken back now ends with its window: no reason to refuse who got in.
    if (!failed) await this.#limit.giveBack(key).catch(() => {})
    line.underWay--
    line.settled.resolve()
    line.settled = Promise.withResolvers()
    this.#forget(key, line)
  }

  async #letIn(key: string, line: Line): Promise<void> {
    if (line.waiting >= mayWait) throw tooManyWait()
    line.waiting++
    const turn = line.tail.then(() => this.#admit(key, line))
    line.tail = turn.catch(() => {})
    try {
      await turn
    } finally {
      line.waiting--
      this.#forget(key, line)
    }
  }

  async #admit(key: string, line: Line): Promise<void> {
    for (;;) {
      const { settled } = line
      try {
        await this.#limit.charge(key)
        line.underWay++
        return
      } catch (refusal) {
        if (line.underWay === 0) throw refusal
        await settled.promise
      }
    }
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
