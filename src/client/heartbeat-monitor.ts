/** So many heartbeats that do not come mean that the line is dead. */
const missedHeartbeats = 3

/** What came sooner after it was asked for may have been waiting: it tells nothing of its time. */
const minMeasuredWaitMs = 50

/** No shorter interval is learnt, in ms: a busy machine is late by more than a heartbeat. */
const minIntervalMs = 500

/**
 * When to take a line for dead. Learns from the heartbeats how far apart they are. All times are in
 * ms, of one clock that never goes back.
 */
export class HeartbeatMonitor {
  readonly #initialIntervalMs: number
  #intervalMs: number
  #lastReceivedAt = 0
  /** When the last heartbeat came; undefined where that is not known for certain. */
  #lastHeartbeatAt: number | undefined

  constructor(intervalMs: number) {
    this.#initialIntervalMs = intervalMs
    this.#intervalMs = intervalMs
  }

  /** A line begins. */
  onConnected(now: number): void {
    this.#lastReceivedAt = now
    this.#lastHeartbeatAt = undefined
  }

  /** A line was silent for too long. What was learnt may have been wrong, so it is forgotten. */
  onTimeout(): void {
    this.#intervalMs = this.#initialIntervalMs
  }

  /**
   * How long the next bytes may take from now on. Whoever comes back to a line that was not read
   * for long finds heartbeats waiting, and so waits for one at most.
   */
  timeoutMs(now: number): number {
    return Math.max(
      this.#lastReceivedAt + missedHeartbeats * this.#intervalMs - now,
      this.#intervalMs,
    )
  }

  /** Whether the line has been silent for longer than a heartbeat. */
  isOverdue(now: number): boolean {
    return now - this.#lastReceivedAt > this.#intervalMs
  }

  /** Bytes have come. */
  onReceived(now: number): void {
    this.#lastReceivedAt = now
  }

  /** A heartbeat was among them; `waitedMs` after one had begun to wait for them. */
  onHeartbeat(now: number, waitedMs: number): void {
    const arrivedAt = waitedMs >= minMeasuredWaitMs ? now : undefined
    if (arrivedAt !== undefined && this.#lastHeartbeatAt !== undefined)
      this.#intervalMs = Math.max(arrivedAt - this.#lastHeartbeatAt, minIntervalMs)
    this.#lastHeartbeatAt = arrivedAt
  }
}
