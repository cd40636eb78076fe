/** Limits how many tasks run at the same time; the others wait, first come, first served. */
export class Semaphore {
  readonly #waiting: (() => void)[] = []
  #available: number

  constructor(maxConcurrent: number) {
    this.#available = maxConcurrent
  }

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
