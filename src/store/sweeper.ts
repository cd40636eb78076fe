import type { Store } from './store.ts'

export interface SweeperOptions {
  /** Entries older than this are dropped, in ms; undefined keeps them for ever. */
  keepMs: number | undefined
  /** How often to look, in ms. */
  everyMs: number
  /** The store's time, in Unix ms. */
  now: () => number
  onError(error: unknown): void
}

/** Keeps house: history past its days, keys past theirs, sessions past their end. */
export class Sweeper {
  readonly #store: Pick<Store, 'sweep'>
  readonly #options: SweeperOptions
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()
  #closed = false

  constructor(store: Pick<Store, 'sweep'>, options: SweeperOptions) {
    this.#store = store
    this.#options = options
  }

  /** Sweeps now, and from then on again and again. */
  start(): void {
    this.#sweeping = this.#sweep().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), this.#options.everyMs)
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    const { keepMs, now, onError } = this.#options
    const before = keepMs === undefined ? undefined : now() - keepMs
    try {
      // Step by step, so that appends go in between.
      while (!this.#closed && (await this.#store.sweep(before)).more);
    } catch (error) {
      onError(error)
    }
  }
}
