import type { Store } from './store.ts'

/** How far the clock may be set between two sweeps before what it says is doubted, in ms. */
const jumpMs = 600_000

/** Why nothing is dropped for the time being. */
export type Doubt =
  | 'A sweep would drop more than a tenth of the log'
  | 'The clock was set by more than 10 minutes'

export interface SweeperOptions {
  /** Entries older than this are dropped, in ms; undefined keeps them for ever. */
  keepMs: number | undefined
  /** How often to look, in ms. */
  everyMs: number
  /**
   * How long nothing is dropped, in ms: from the start on, and from where the clock was set. Time for
   * someone to put a wrong clock right.
   */
  doubtMs: number
  /** The store's time, in Unix ms. */
  now: () => number
  /** Milliseconds that no setting of the clock changes; only differences count. */
  monotonic: () => number
  onError(error: unknown): void
  /** History was dropped; `oldest` is the smallest id that is left. */
  onDropped(oldest: number): void | Promise<void>
  /** A sweep is put off; told once for each start and each setting of the clock. */
  onDoubt(doubt: Doubt): void
}

type Swept = Pick<Store, 'extent' | 'sweep' | 'dropsOverTenth'>

/**
 * Keeps house: history past its days, keys past theirs, sessions past their end. All of it goes by
 * the clock, and what is dropped is gone, so a clock that is days ahead must not drop everything:
 * nothing is dropped in the first hour, nor in the hour after the clock was set.
 */
export class Sweeper {
  readonly #store: Swept
  readonly #options: SweeperOptions
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #closed = false
  /** By the monotonic clock: until when a doubt counts. */
  #doubtUntil: number
  #doubted: Doubt | undefined
  /** The clock less the monotonic one, when it was last looked at. */
  #offset: number | undefined
  #jumped = false

  constructor(store: Swept, options: SweeperOptions) {
    this.#store = store
    this.#options = options
    this.#doubtUntil = options.monotonic() + options.doubtMs
  }

  /** Sweeps now, and from then on again and again. */
  start(): void {
    this.#sweeping = this.#sweep().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), this.#options.everyMs)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { keepMs, now, onError } = this.#options
    const instant = now()
    const before = keepMs === undefined ? undefined : instant - keepMs
    try {
      if (await this.#doubts(instant, before)) return
      await this.#drop(before)
    } catch (error) {
      onError(error)
    }
  }

  /** Step by step, so that appends go in between. */
  async #drop(before: number | undefined): Promise<void> {
    const { oldest } = await this.#store.extent()
    for (let more = !this.#closed; more; ) {
      const step = await this.#store.sweep(before)
      more = step.more && !this.#closed
      if (!more && step.extent.oldest > oldest) await this.#options.onDropped(step.extent.oldest)
    }
  }

  /** Whether what the clock says may be wrong, and nothing should go by it yet. */
  async #doubts(instant: number, before: number | undefined): Promise<boolean> {
    this.#compareClocks(instant)
    if (this.#options.monotonic() >= this.#doubtUntil) return false
    const doubt = await this.#doubt(before)
    if (doubt !== undefined && doubt !== this.#doubted) this.#options.onDoubt(doubt)
    this.#doubted = doubt
    return true
  }

  /** What someone should look at; undefined where it is only too early to be sure of the clock. */
  async #doubt(before: number | undefined): Promise<Doubt | undefined> {
    if (this.#jumped) return 'The clock was set by more than 10 minutes'
    const overTenth = before !== undefined && (await this.#store.dropsOverTenth(before))
    return overTenth ? 'A sweep would drop more than a tenth of the log' : undefined
  }

  #compareClocks(instant: number): void {
    const { monotonic, doubtMs } = this.#options
    const offset = instant - monotonic()
    if (Math.abs(offset - (this.#offset ?? offset)) > jumpMs) {
      this.#jumped = true
      this.#doubted = undefined
      this.#doubtUntil = monotonic() + doubtMs
    }
    this.#offset = offset
  }
}
