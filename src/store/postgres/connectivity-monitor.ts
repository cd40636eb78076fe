export interface ConnectivityMonitorOptions {
  /** How long an answer of the database counts as up to date, in ms. */
  maxStalenessMs: number
  /** A longer gap between two contacts restarts the connected time, in ms. */
  gapMs: number
  /** Without contact for this long the database counts as disconnected, in ms. */
  disconnectAfterMs: number
  onDisconnected: () => void
  onReconnected: () => void
}

/**
 * Tracks when the database was last reached, by a clock that goes on while the process is frozen. A
 * contact counts from its start, since its answer is at least that new.
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

  get msSinceContact(): number {
    return performance.now() - this.#lastContactAt
  }

  /** Time without a gap, in ms: see `node-lease.ts`. */
  get connectedMs(): number {
    return Math.floor(this.#lastContactAt - this.#connectedSince)
  }

  /** @returns whether there was a gap before it */
  recordContact(begunAt: number): boolean {
    const gap = begunAt - this.#lastContactAt
    const { gapMs, disconnectAfterMs } = this.#options
    // In a process that was frozen the answer may come before the timer.
    if (gap > disconnectAfterMs) this.#markDisconnected()
    this.#lastContactAt = begunAt
    this.#timer.refresh()
    if (gap > gapMs) this.#connectedSince = begunAt
    return gap > gapMs
  }

  restartConnectedTime(): void {
    this.#connectedSince = performance.now()
  }

  /** Everything that happened meanwhile has been published. */
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
