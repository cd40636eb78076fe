/** Past this many keys in one window's time the oldest are let go of, and begin anew. */
const mostKeys = 50_000

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
export class FixedWindows {
  readonly #windowMs: number
  readonly #most: number
  readonly #now: () => number
  #young = new Map<Key, Window>()
  #old = new Map<Key, Window>()
  #turnsAt: number

  /**
   * @param options.windowMs how long each window lasts
   * @param options.most how many keys a generation has at most (50,000)
   * @param options.now a steady clock, in ms
   */
  constructor({
    windowMs,
    most = mostKeys,
    now = () => performance.now(),
  }: {
    windowMs: number
    most?: number
    now?: (() => number) | undefined
  }) {
    this.#windowMs = windowMs
    this.#most = most
    this.#now = now
    this.#turnsAt = now() + windowMs
  }

  /** How many keys are remembered; no more than twice `most`. */
  get size(): number {
    return this.#young.size + this.#old.size
  }

  /** How long until a key's window has room for one more below its limit, in ms; 0: it has. */
  wait(key: Key, limit: number): number {
    const window = this.#find(key)
    return window === undefined || window.count < limit ? 0 : window.endsAt - this.#now()
  }

  /** Counts one, and tells how many that makes. */
  add(key: Key): number {
    const window = this.#find(key)
    if (window !== undefined) return ++window.count
    const now = this.#now()
    if (now >= this.#turnsAt || this.#young.size >= this.#most) {
      this.#old = this.#young
      this.#young = new Map()
      this.#turnsAt = now + this.#windowMs
    }
    this.#young.set(key, { count: 1, endsAt: now + this.#windowMs })
    return 1
  }

  /** Takes one back, unless its window is over. */
  takeBack(key: Key): void {
    const window = this.#find(key)
    if (window !== undefined && window.count > 0) window.count--
  }

  #find(key: Key): Window | undefined {
    const window = this.#young.get(key) ?? this.#old.get(key)
    return window !== undefined && window.endsAt > this.#now() ? window : undefined
  }
}
