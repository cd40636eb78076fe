import type { Cutoff } from './cutoff.ts'
import { ObrolError } from './errors.ts'

/**
 * The waits of calls and streams before a server that could not be reached is tried again. Whoever
 * finds it there ends the waits of all others.
 */
export class Retries {
  readonly #waits = new Set<Cutoff>()

  add(wait: Cutoff): void {
    this.#waits.add(wait)
  }

  delete(wait: Cutoff): void {
    this.#waits.delete(wait)
  }

  /** There is reason to think that the server can be reached: ends every wait. */
  tryNow(): void {
    for (const wait of this.#waits) wait.cut(new ObrolError('aborted', 'Waited long enough'))
  }
}
