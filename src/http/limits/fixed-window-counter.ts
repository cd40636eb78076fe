/** Past this many keys in one window's time the oldest are let go of, and begin anew. */
const maxKeys = 50_000

interface Window {
  count: number
  /** By the clock of `performance.now`. */
  endsAt: number
}

/** What is counted under: an account's id, an address, a hash. */
export type Key = string | number

/**
 * Counts by keys, each in a window of fixed length that begins with its first count, by a clock that
 * nobody sets. All windows are equally long, so two generations of them are all that is kept: what
 * began before these is over. So nothing is searched or swept, and the memory of a flood goes back.
 */
export class FixedWindowCounter {
  readonly #windowMs: number
  readonly #maxKeys: number
  readonly #now: () => number
  #current = new Map<Key, Window>()
  #previous = new Map<Key, Window>()
  #rotatesAt: number

  /**
   * @param options.windowMs how long each window lasts
   * @param options.most how many keys a generation has at most (50,000)
   * @param options.now a steady clock, in ms
   */
  constructor({
    windowMs,
    most = maxKeys,
    now = () => performance.now(),
  }: {
    windowMs: number
    most?: number
    now?: (() => number) | undefined
  }) {
    this.#windowMs = windowMs
    this.#maxKeys = most
    this.#now = now
    this.#rotatesAt = now() + windowMs
  }

  /** How many keys are remembered; no more than twice `most`. */
  get size(): number {
    return this.#current.size + this.#previous.size
  }

  /** How long until a key's window has room for one more below its limit, in ms; 0: it has. */
  msUntilAvailable(key: Key, limit: number): number {
    const window = this.#find(key)
    return window === undefined || window.count < limit ? 0 : window.endsAt - this.#now()
  }

  /** Counts one, and tells how many that makes. */
  increment(key: Key): number {
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

  /** Takes one back, unless its window is over. */
  decrement(key: Key): void {
    const window = this.#find(key)
    if (window !== undefined && window.count > 0) window.count--
  }

  #find(key: Key): Window | undefined {
    const window = this.#current.get(key) ?? this.#previous.get(key)
    return window !== undefined && window.endsAt > this.#now() ? window : undefined
  }
}
