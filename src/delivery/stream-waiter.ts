import { Unavailable } from '../store/store.ts'

/** What one stream waits for, one thing at a time, until it ends. */
export class StreamWaiter {
  readonly #retryMs: number
  #stopped = false
  #wake: () => void = () => {}

  /** @param retryMs how long before a store that could not be reached is asked again */
  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  /** Whatever was waited for has come. */
  wake(): void {
    this.#wake()
  }

  /** From now on nothing is waited for. */
  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  /** Resolves at the next `wake`. */
  nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Asks a store that cannot be reached again and again, until the end. */
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
