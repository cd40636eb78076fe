import type { MessageLog } from './message-log.ts'
import type { RetentionStore } from './retention-store.ts'

/** A clock that was set by more than this between two runs may be wrong, in ms. */
const CLOCK_JUMP_MS = 600_000

/** The pause between two looks for deleted texts that are still stored, in ms. */
const ERASE_INTERVAL_MS = 5_000

/** Why nothing is deleted for now. The text goes into the server's log. */
export type PostponeReason =
  | 'Retention would delete more than a tenth of the log'
  | 'The clock was set by more than 10 minutes'

export interface RetentionJobOptions {
  /** Entries older than this are deleted, in ms; undefined keeps them forever. */
  retentionMs: number | undefined
  /** Records of the staff older than this are deleted, in ms; undefined keeps them forever. */
  auditMs?: number | undefined
  /** The pause between two runs, in ms. */
  intervalMs: number
  /** The pause between two runs that erase deleted texts, in ms; default: 5 seconds. */
  eraseIntervalMs?: number
  /**
   * How long nothing is deleted after a start, and after the clock was set, in ms. It is the time an
   * operator has to correct a wrong clock.
   */
  clockGraceMs: number
  /** The store's clock, in Unix ms. */
  now: () => number
  /** A clock in ms that nobody can set. */
  monotonic: () => number
  onError(error: unknown): void
  /** @param oldest the smallest id that is left */
  onDeleted(oldest: number): void | Promise<void>
  /** Called once after each start and each time the clock was set. */
  onPostponed(reason: PostponeReason): void
}

interface StoreWithRetention {
  log: Pick<MessageLog, 'bounds'>
  retention: RetentionStore
}

/**
 * Deletes expired entries, idempotency keys and sessions. They expire by the clock, so a clock that is
 * days ahead would delete everything for good: nothing is deleted during `clockGraceMs` after a start
 * or after the clock was set. What people deleted does not wait for that: it is erased within seconds.
 */
export class RetentionJob {
  readonly #store: StoreWithRetention
  readonly #options: RetentionJobOptions
  readonly #loops: Loop[]
  #closed = false
  /** By the monotonic clock. */
  #postponedUntil: number
  #reported: PostponeReason | undefined
  /** The store's clock minus the monotonic one, at the last run. */
  #clockOffset: number | undefined
  #clockJumped = false

  constructor(store: StoreWithRetention, options: RetentionJobOptions) {
    this.#store = store
    this.#options = options
    this.#postponedUntil = options.monotonic() + options.clockGraceMs
    const { intervalMs, eraseIntervalMs = ERASE_INTERVAL_MS } = options
    this.#loops = [
      new Loop(() => this.#run(), intervalMs),
      new Loop(() => this.#eraseDeleted(), eraseIntervalMs),
    ]
  }

  /** Runs now, and again after each pause. */
  start(): void {
    for (const loop of this.#loops) loop.start()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#loops.map((loop) => loop.close()))
  }

  async #eraseDeleted(): Promise<void> {
    try {
      for (let more = true; more && !this.#closed; )
        ({ more } = await this.#store.retention.eraseDeleted())
    } catch (error) {
      this.#options.onError(error)
    }
  }

  async #run(): Promise<void> {
    const { retentionMs, auditMs, now, onError } = this.#options
    const instant = now()
    const before = retentionMs === undefined ? undefined : instant - retentionMs
    try {
      if (await this.#isPostponed(instant, before)) return
      await this.#deleteInSteps(before)
      await this.#deleteRecords(auditMs === undefined ? undefined : instant - auditMs)
    } catch (error) {
      onError(error)
    }
  }

  /** In steps, so that appends can run in between. */
  async #deleteInSteps(before: number | undefined): Promise<void> {
    const { oldest } = await this.#store.log.bounds()
    for (let more = !this.#closed; more; ) {
      const step = await this.#store.retention.deleteExpired(before)
      more = step.more && !this.#closed
      if (!more && step.bounds.oldest > oldest) await this.#options.onDeleted(step.bounds.oldest)
    }
  }

  async #deleteRecords(before: number | undefined): Promise<void> {
    for (let more = true; more && !this.#closed; )
      ({ more } = await this.#store.retention.deleteRecords(before))
  }

  /** Whether the clock may be wrong, so that it is too early to delete by it. */
  async #isPostponed(instant: number, before: number | undefined): Promise<boolean> {
    this.#detectClockJump(instant)
    if (this.#options.monotonic() >= this.#postponedUntil) return false
    const reason = await this.#postponeReason(before)
    if (reason !== undefined && reason !== this.#reported) this.#options.onPostponed(reason)
    this.#reported = reason
    return true
  }

  /** @returns undefined where an operator has nothing to check */
  async #postponeReason(before: number | undefined): Promise<PostponeReason | undefined> {
    if (this.#clockJumped) return 'The clock was set by more than 10 minutes'
    const overTenth =
      before !== undefined && (await this.#store.retention.wouldDeleteOverTenth(before))
    return overTenth ? 'Retention would delete more than a tenth of the log' : undefined
  }

  #detectClockJump(instant: number): void {
    const { monotonic, clockGraceMs } = this.#options
    const offset = instant - monotonic()
    if (Math.abs(offset - (this.#clockOffset ?? offset)) > CLOCK_JUMP_MS) {
      this.#clockJumped = true
      this.#reported = undefined
      this.#postponedUntil = monotonic() + clockGraceMs
    }
    this.#clockOffset = offset
  }
}

/** Runs again a while after each run has ended. */
class Loop {
  readonly #run: () => Promise<void>
  readonly #pauseMs: number
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #closed = false

  constructor(run: () => Promise<void>, pauseMs: number) {
    this.#run = run
    this.#pauseMs = pauseMs
  }

  start(): void {
    this.#running = this.#run().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), this.#pauseMs)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }
}
