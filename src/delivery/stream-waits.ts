import { Unavailable } from '../store/store-errors.ts'

/** The waits of one stream that its end ends. It waits for one thing at a time. */
export class StreamWaits {
  readonly #retryMs: number
  #stopped = false
  #endWait: () => void = () => {}

  /** @param retryMs delay before an unavailable store is asked again */
  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  /** Resolves at the next `drained`, or at `stop`. */
  untilDrained(): Promise<void> {
    return new Promise((resolve) => {
      this.#endWait = resolve
    })
  }

  /** The socket takes more. */
  drained(): void {
    this.#endWait()
  }

  /** The stream has ended. */
  stop(): void {
    this.#stopped = true
    this.#endWait()
  }

  /** Repeats `ask` while the store is unavailable. @throws {Unavailable} after `stop` */
  async untilAvailable<T>(ask: () => Promise<T>): Promise<T> {
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
      this.#endWait = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
