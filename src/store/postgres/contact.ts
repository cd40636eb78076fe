export interface ContactOptions {
  /** What was learnt is current for so long, in ms. */
  currentMs: number
  /** A gap that is longer breaks the time in touch, in ms. */
  gapMs: number
  /** Contact is lost when nothing was reached for so long, in ms. */
  lostMs: number
  onLost: () => void
  onFound: () => void
}

/**
 * When the database was last reached, by a clock that goes on while the process is stopped. A
 * contact counts from when it was begun: what it learnt is at least that new.
 */
export class Contact {
  readonly #options: ContactOptions
  readonly #timer: NodeJS.Timeout
  #last = performance.now()
  #since = performance.now()
  #lost = false

  constructor(options: ContactOptions) {
    this.#options = options
    this.#timer = setTimeout(() => this.#lose(), options.lostMs)
  }

  get current(): boolean {
    return !this.#lost && this.silentMs <= this.#options.currentMs
  }

  /** How long nothing has been reached, in ms. */
  get silentMs(): number {
    return performance.now() - this.#last
  }

  /** How long there was no gap, in ms. */
  get inTouchMs(): number {
    return Math.floor(this.#last - this.#since)
  }

  /** @returns whether there was a gap before it */
  made(begunAt: number): boolean {
    const gap = begunAt - this.#last
    const { gapMs, lostMs } = this.#options
    // A process that was stopped may hear the answer before its timers.
    if (gap > lostMs) this.#lose()
    this.#last = begunAt
    this.#timer.refresh()
    if (gap > gapMs) this.#since = begunAt
    return gap > gapMs
  }

  /** The time in touch counts from now: until now only one way may have been open. */
  beginAnew(): void {
    this.#since = performance.now()
  }

  /** All that happened meanwhile has been told. */
  caughtUp(): void {
    if (!this.#lost) return
    this.#lost = false
    this.#options.onFound()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #lose(): void {
    if (this.#lost) return
    this.#lost = true
    this.#options.onLost()
  }
}
