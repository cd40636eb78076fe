import type { AbortScope } from './abort-scope.ts'
import { ObrolError } from './errors.ts'

/**
 * The waits of calls and streams before a server that could not be reached is tried again. Whoever
 * finds it there ends the waits of all others.
 */
export class PendingRetries {
  readonly #waits = new Set<AbortScope>()

  add(wait: AbortScope): void {
    this.#waits.add(wait)
  }

  delete(wait: AbortScope): void {
    this.#waits.delete(wait)
  }

  /** There is reason to think that the server can be reached: ends every wait. */
  retryNow(): void {
    for (const wait of this.#waits) wait.abort(new ObrolError('aborted', 'Waited long enough'))
  }
}
