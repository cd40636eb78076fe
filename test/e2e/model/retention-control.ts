import type { Tuning } from '../../../src/server.ts'

/** Trims the log of a running server when the test says so, and tells when it is done. */
export class RetentionControl {
  #instant = 0
  #sweeps = 0
  #waiting: { sweeps: number; resolve: () => void }[] = []

  readonly tuning: Tuning = {
    retentionMs: 0,
    retentionIntervalMs: 20,
    retentionPostponeMs: 0,
    retentionNow: () => {
      this.#sweeps++
      for (const { sweeps, resolve } of this.#waiting) {
        if (this.#sweeps < sweeps) continue
        // What is said from now on is not to be dropped by the sweep that begins here.
        this.#instant = 0
        resolve()
      }
      return this.#instant
    },
  }

  /**
   * Drops what was said before an instant, in Unix ms.
   *
   * @param servers how many sweep, each for itself
   */
  async trim(instant: number, servers: number): Promise<void> {
    this.#instant = instant
    // When so many have begun, one server has begun three and is done with two. One alone may have
    // been nothing: another server on the same database was at it.
    await new Promise<void>((resolve) => {
      this.#waiting = [{ sweeps: this.#sweeps + 2 * servers + 1, resolve }]
    })
  }
}
