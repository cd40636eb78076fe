/** A connection without data for so many heartbeat intervals is dead. */
const missedHeartbeats = 3

/** A heartbeat read sooner than this may have been buffered: its time says nothing about the interval. */
const minMeasuredWaitMs = 50

/** The shortest interval that is learnt, in ms: a busy machine is late by more than a heartbeat. */
const minIntervalMs = 500

/**
 * Decides when a connection is dead, and learns the heartbeat interval from the heartbeats. All
 * times are in ms, of one monotonic clock.
 */
export class HeartbeatMonitor {
  readonly #initialIntervalMs: number
  #intervalMs: number
  #readStartedAt = 0
  #lastReceivedAt = 0
  /** Undefined if the last heartbeat may have been buffered. */
  #lastHeartbeatAt: number | undefined

  constructor(intervalMs: number) {
    this.#initialIntervalMs = intervalMs
    this.#intervalMs = intervalMs
  }

  onConnected(now: number): void {
    this.#lastReceivedAt = now
    this.#lastHeartbeatAt = undefined
  }

  /**
   * Returns how long the read may take. A consumer that was slow finds buffered heartbeats, so it
   * waits for one interval at least.
   */
  onReadStarted(now: number): number {
    this.#readStartedAt = now
    return Math.max(
      this.#lastReceivedAt + missedHeartbeats * this.#intervalMs - now,
      this.#intervalMs,
    )
  }

  onReceived(now: number): void {
    this.#lastReceivedAt = now
  }

  /** A heartbeat was in the data received last. */
  onHeartbeat(now: number): void {
    const isMeasured = this.#lastReceivedAt - this.#readStartedAt >= minMeasuredWaitMs
    if (isMeasured && this.#lastHeartbeatAt !== undefined)
      this.#intervalMs = Math.max(now - this.#lastHeartbeatAt, minIntervalMs)
    this.#lastHeartbeatAt = isMeasured ? now : undefined
  }

  /** The learnt interval may have been wrong, so it is forgotten. */
  onTimeout(): void {
    this.#intervalMs = this.#initialIntervalMs
  }

  /** Whether nothing was received for longer than one interval. */
  isOverdue(now: number): boolean {
    return now - this.#lastReceivedAt > this.#intervalMs
  }
}
