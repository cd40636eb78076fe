export interface ConnectivityMonitorOptions {
  /** What was learnt is current for so long, in ms. */
  maxStalenessMs: number
  /** A gap that is longer breaks the time in touch, in ms. */
  gapMs: number
  /** Contact is lost when nothing was reached for so long, in ms. */
  disconnectAfterMs: number
  onDisconnected: () => void
  onReconnected: () => void
}

/**
 * When the database was last reached, by a clock that goes on while the process is stopped. A
 * contact counts from when it was begun: what it learnt is at least that new.
 */
export class ConnectivityMonitor {
  readonly #options: ConnectivityMonitorOptions
  readonly #timer: NodeJS.Timeout
  #lastContactAt = performance.now()
  #connectedSince = performance.now()
  #disconnected = false

  constructor(options: ConnectivityMonitorOptions) {
    this.#options = options
    this.#timer = setTimeout(() => this.#markDisconnected(), options.disconnectAfterMs)
  }

  get isUpToDate(): boolean {
    return !this.#disconnected && this.msSinceContact <= this.#options.maxStalenessMs
  }

  /** How long nothing has been reached, in ms. */
  get msSinceContact(): number {
    return performance.now() - this.#lastContactAt
  }

  /** How long there was no gap, in ms. */
  get connectedMs(): number {
    return Math.floor(this.#lastContactAt - this.#connectedSince)
  }

  /** @returns whether there was a gap before it */
  recordContact(begunAt: number): boolean {
    const gap = begunAt - this.#lastContactAt
    const { gapMs, disconnectAfterMs } = this.#options
    // A process that was stopped may hear the answer before its timers.
    if (gap > disconnectAfterMs) this.#markDisconnected()
    this.#lastContactAt = begunAt
    this.#timer.refresh()
    if (gap > gapMs) this.#connectedSince = begunAt
    return gap > gapMs
  }

  /** The time in touch counts from now: until now only one way may have been open. */
  restartConnectedTime(): void {
    this.#connectedSince = performance.now()
  }

  /** All that happened meanwhile has been told. */
  markCaughtUp(): void {
    if (!this.#disconnected) return
    this.#disconnected = false
    this.#options.onReconnected()
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #markDisconnected(): void {
    if (this.#disconnected) return
    this.#disconnected = true
    this.#options.onDisconnected()
  }
}
