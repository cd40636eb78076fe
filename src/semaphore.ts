/**
 * Lets a few through at once and the rest in turn, so that ten thousand who come together do not
 * take everything there is.
 */
export class Semaphore {
  readonly #waiting: (() => void)[] = []
  #available: number

  /** @param maxConcurrent how many are inside at the same time */
  constructor(maxConcurrent: number) {
    this.#available = maxConcurrent
  }

  /** Works when its turn has come. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#available > 0) this.#available--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#available++
    }
  }
}
