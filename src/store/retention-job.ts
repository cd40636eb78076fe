import type { Store } from './store.ts'

/** How far the clock may be set between two sweeps before what it says is doubted, in ms. */
const clockJumpMs = 600_000

/** Why nothing is dropped for the time being. */
export type PostponeReason =
  | 'Retention would delete more than a tenth of the log'
  | 'The clock was set by more than 10 minutes'

export interface RetentionJobOptions {
  /** Entries older than this are dropped, in ms; undefined keeps them for ever. */
  retentionMs: number | undefined
  /** How often to look, in ms. */
  intervalMs: number
  /**
   * How long nothing is dropped, in ms: from the start on, and from where the clock was set. Time for
   * someone to put a wrong clock right.
   */
  clockGraceMs: number
  /** The store's time, in Unix ms. */
  now: () => number
  /** Milliseconds that no setting of the clock changes; only differences count. */
  monotonic: () => number
  onError(error: unknown): void
  /** History was dropped; `oldest` is the smallest id that is left. */
  onDeleted(oldest: number): void | Promise<void>
  /** A sweep is put off; told once for each start and each setting of the clock. */
  onPostponed(doubt: PostponeReason): void
}

type RetentionStore = Pick<Store, 'bounds' | 'deleteExpired' | 'wouldDeleteOverTenth'>

/**
 * Keeps house: history past its days, keys past theirs, sessions past their end. All of it goes by
 * the clock, and what is dropped is gone, so a clock that is days ahead must not drop everything:
 * nothing is dropped in the first hour, nor in the hour after the clock was set.
 */
export class RetentionJob {
  readonly #store: RetentionStore
  readonly #options: RetentionJobOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #closed = false
  /** By the monotonic clock: until when a doubt counts. */
  #postponedUntil: number
  #reported: PostponeReason | undefined
  /** The clock less the monotonic one, when it was last looked at. */
  #clockOffset: number | undefined
  #clockJumped = false

  constructor(store: RetentionStore, options: RetentionJobOptions) {
    this.#store = store
    this.#options = options
    this.#postponedUntil = options.monotonic() + options.clockGraceMs
  }

  /** Sweeps now, and from then on again and again. */
  start(): void {
    this.#running = this.#run().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), this.#options.intervalMs)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  async #run(): Promise<void> {
    const { retentionMs, now, onError } = this.#options
    const instant = now()
    const before = retentionMs === undefined ? undefined : instant - retentionMs
    try {
      if (await this.#isPostponed(instant, before)) return
      await this.#deleteInSteps(before)
    } catch (error) {
      onError(error)
    }
  }

  /** Step by step, so that appends go in between. */
  async #deleteInSteps(before: number | undefined): Promise<void> {
    const { oldest } = await this.#store.bounds()
    for (let more = !this.#closed; more; ) {
      const step = await this.#store.deleteExpired(before)
      more = step.more && !this.#closed
      if (!more && step.bounds.oldest > oldest) await this.#options.onDeleted(step.bounds.oldest)
    }
  }

  /** Whether what the clock says may be wrong, and nothing should go by it yet. */
  async #isPostponed(instant: number, before: number | undefined): Promise<boolean> {
    this.#detectClockJump(instant)
    if (this.#options.monotonic() >= this.#postponedUntil) return false
    const reason = await this.#postponeReason(before)
    if (reason !== undefined && reason !== this.#reported) this.#options.onPostponed(reason)
    this.#reported = reason
    return true
  }

  /** What someone should look at; undefined where it is only too early to be sure of the clock. */
  async #postponeReason(before: number | undefined): Promise<PostponeReason | undefined> {
    if (this.#clockJumped) return 'The clock was set by more than 10 minutes'
    const overTenth = before !== undefined && (await this.#store.wouldDeleteOverTenth(before))
    return overTenth ? 'Retention would delete more than a tenth of the log' : undefined
  }

  #detectClockJump(instant: number): void {
    const { monotonic, clockGraceMs } = this.#options
    const offset = instant - monotonic()
    if (Math.abs(offset - (this.#clockOffset ?? offset)) > clockJumpMs) {
      this.#clockJumped = true
      this.#reported = undefined
      this.#postponedUntil = monotonic() + clockGraceMs
    }
    this.#clockOffset = offset
  }
}
