/**
 * Lets a few through at once and the rest in turn, so that ten thousand who come together do not
 * take everything there is.
 */
export class Turnstile {
  readonly #waiting: (() => void)[] = []
  #free: number

  /** @param atOnce how many are inside at the same time */
  constructor(atOnce: number) {
    this.#free = atOnce
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
