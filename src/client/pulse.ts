/** So many heartbeats that do not come mean that the line is dead. */
const missedBeats = 3

/** What came sooner after it was asked for may have been waiting: it tells nothing of its time. */
const certainWaitMs = 50

/** No shorter interval is learnt, in ms: a busy machine is late by more than a heartbeat. */
const shortestLearntMs = 500

/**
 * When to take a line for dead. Learns from the heartbeats how far apart they are. All times are in
 * ms, of one clock that never goes back.
 */
export class Pulse {
  readonly #startMs: number
  #everyMs: number
  #heardAt = 0
  /** When the last heartbeat came; undefined where that is not known for certain. */
  #beatAt: number | undefined

  constructor(everyMs: number) {
    this.#startMs = everyMs
    this.#everyMs = everyMs
  }

  /** A line begins. */
  begin(now: number): void {
    this.#heardAt = now
    this.#beatAt = undefined
  }

  /** A line was silent for too long. What was learnt may have been wrong, so it is forgotten. */
  died(): void {
    this.#everyMs = this.#startMs
  }

  /**
   * How long the next bytes may take from now on. Whoever comes back to a line that was not read
   * for long finds heartbeats waiting, and so waits for one at most.
   */
  patience(now: number): number {
    return Math.max(this.#heardAt + missedBeats * this.#everyMs - now, this.#everyMs)
  }

  /** Whether the line has been silent for longer than a heartbeat. */
  isLate(now: number): boolean {
    return now - this.#heardAt > this.#everyMs
  }

  /** Bytes have come. */
  heard(now: number): void {
    this.#heardAt = now
  }

  /** A heartbeat was among them; `waitedMs` after one had begun to wait for them. */
  beat(now: number, waitedMs: number): void {
    const cameAt = waitedMs >= certainWaitMs ? now : undefined
    if (cameAt !== undefined && this.#beatAt !== undefined)
      this.#everyMs = Math.max(cameAt - this.#beatAt, shortestLearntMs)
    this.#beatAt = cameAt
  }
}
