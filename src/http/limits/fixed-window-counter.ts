/** Bounds the memory of a flood: with more keys in one window, the oldest are forgotten. */
const defaultMaxKeys = 50_000

interface Window {
  count: number
  /** By the clock of `performance.now`. */
  endsAt: number
}

/**
 * Counts by key, each key in a window of fixed length that begins with its first count. The clock is
 * monotonic, so setting the system clock changes nothing.
 *
 * All windows are equally long, so a key that is in neither of two generations has ended: nothing is
 * searched or swept, and the memory of a flood is freed.
 */
export class FixedWindowCounter {
  readonly #windowMs: number
  readonly #maxKeys: number
  readonly #now: () => number
  #current = new Map<string, Window>()
  #previous = new Map<string, Window>()
  #rotatesAt: number

  /**
   * @param options.windowMs how long each window lasts
   * @param options.maxKeys how many keys a generation has at most (50,000)
   * @param options.now a monotonic clock, in ms
   */
  constructor({
    windowMs,
    maxKeys = defaultMaxKeys,
    now = () => performance.now(),
  }: {
    windowMs: number
    maxKeys?: number
    now?: (() => number) | undefined
  }) {
    this.#windowMs = windowMs
    this.#maxKeys = maxKeys
    this.#now = now
    this.#rotatesAt = now() + windowMs
  }

  /** How many keys are in memory, at most twice `maxKeys`. */
  get size(): number {
    return this.#current.size + this.#previous.size
  }

  /** How long until a key is below its limit, in ms; 0: it is. */
  msUntilAvailable(key: string, limit: number): number {
    const window = this.#find(key)
    return window === undefined || window.count < limit ? 0 : window.endsAt - this.#now()
  }

  /** @returns the count with this one */
  increment(key: string): number {
    const window = this.#find(key)
    if (window !== undefined) return ++window.count
    const now = this.#now()
    if (now >= this.#rotatesAt || this.#current.size >= this.#maxKeys) {
      this.#previous = this.#current
      this.#current = new Map()
      this.#rotatesAt = now + this.#windowMs
    }
    this.#current.set(key, { count: 1, endsAt: now + this.#windowMs })
    return 1
  }

  /** Does nothing where the window of the key has ended. */
  decrement(key: string): void {
    const window = this.#find(key)
    if (window !== undefined && window.count > 0) window.count--
  }

  #find(key: string): Window | undefined {
    const window = this.#current.get(key) ?? this.#previous.get(key)
    return window !== undefined && window.endsAt > this.#now() ? window : undefined
  }
}
