export interface RingOptions {
  /** How long a ring is waited for, in ms. */
  ringMs: number
  onDeaf: () => void
}

/**
 * Whether rings come through. A ring is only ever a hint of when to look: losing one costs time,
 * never news. Each node rings for itself now and then, and hears whether it can be heard.
 */
export class Ring {
  readonly #options: RingOptions
  #timer: NodeJS.Timeout | undefined
  deaf = false

  constructor(options: RingOptions) {
    this.#options = options
  }

  /** A ring for oneself is about to be sent. One that is still awaited is awaited no longer for it. */
  sent(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.deaf = true
      this.#options.onDeaf()
    }, this.#options.ringMs)
  }

  /** It came. */
  heard(): void {
    this.close()
    this.deaf = false
  }

  /** Nothing can be said: it was not sent, or the line it should come on has gone. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
