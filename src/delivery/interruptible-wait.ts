import { Unavailable } from '../store/store-errors.ts'

/** Lets one stream wait, for one thing at a time, until it ends. */
export class StreamWaiter {
  readonly #retryMs: number
  #stopped = false
  #wake: () => void = () => {}

  /** @param retryMs delay before an unavailable store is asked again */
  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  /** Ends the current wait. */
  wake(): void {
    this.#wake()
  }

  /** Ends the current wait and all retries. */
  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Repeats `ask` while the store is unavailable. @throws {Unavailable} after `stop` */
  async retryUntilAvailable<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (this.#stopped || !(error instanceof Unavailable)) throw error
        await this.#pause()
      }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#retryMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
