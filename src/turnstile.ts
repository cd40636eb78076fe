/**
 * Lets a few through at once and the rest in turn, so that ten thousand who come together do not
 * take everything there is.
 */
export class Turnstile {
  readonly #mayWait: number
  readonly #waiting: (() => void)[] = []
  #free: number

  /**
   * @param atOnce how many are inside at the same time
   * @param mayWait how many may wait before it counts as full (any number)
   */
  constructor(atOnce: number, mayWait = Number.POSITIVE_INFINITY) {
    this.#free = atOnce
    this.#mayWait = mayWait
  }

  /** True where as many wait as may: whoever comes now should be sent away. */
  get full(): boolean {
    return this.#free === 0 && this.#waiting.length >= this.#mayWait
  }

  /** Works when its turn has come. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
