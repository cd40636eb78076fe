import type { FastifyBaseLogger } from 'fastify'
import { addressKeys } from '../limits/address-key.ts'
import { FixedWindowCounter } from '../limits/fixed-window-counter.ts'

/** How many lines of one kind are written in a minute of one address. */
const maxPerWindow = 10
const windowMs = 60_000

/** For how many addresses and kinds it is told apart how many more there were. */
const maxTracked = 1000

/** What a line tells, besides which kind of line it is and of whom. */
type Fields = Readonly<Record<string, unknown>>

interface Suppressed {
  event: string
  /** Absent: of many, past those that are told apart. */
  address?: string
  lines: number
}

/**
 * Lines about what anybody can do who has no account. The first ones of an address are written, the
 * rest counted and told of once a minute: else one client fills the disk.
 */
export class ThrottledLog {
  readonly #log: FastifyBaseLogger
  readonly #windowMs: number
  readonly #counter: FixedWindowCounter
  readonly #suppressed = new Map<string, Suppressed>()
  #timer: NodeJS.Timeout | undefined

  /** @param options.windowMs how often it is told how many more there were (60,000) */
  constructor(log: FastifyBaseLogger, options: { windowMs?: number } = {}) {
    this.#log = log
    this.#windowMs = options.windowMs ?? windowMs
    this.#counter = new FixedWindowCounter({ windowMs: this.#windowMs })
  }

  /** @param address whom it is about; IPv6 counts by /64, and by /56 and /48 */
  write(event: string, address: string, fields: Fields): void {
    const keys = addressKeys(address)
    const full = keys.some(({ key, times }) => {
      return this.#counter.msUntilAvailable(`${event} ${key}`, maxPerWindow * times) > 0
    })
    if (full) this.#suppress(event, address, `${event} ${keys[0]?.key}`)
    else {
      for (const { key } of keys) this.#counter.increment(`${event} ${key}`)
      this.#log.info({ event, address, ...fields })
    }
  }

  /** Tells how many more there were since this was last told. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const suppressed of this.#suppressed.values())
      this.#log.info({ ...suppressed }, `${suppressed.lines} more like this`)
    this.#suppressed.clear()
  }

  #suppress(event: string, address: string, key: string): void {
    const isTracked = this.#suppressed.has(key) || this.#suppressed.size < maxTracked
    const counted = isTracked ? key : event
    const suppressed = this.#suppressed.get(counted) ?? {
      event,
      ...(isTracked && { address }),
      lines: 0,
    }
    suppressed.lines++
    this.#suppressed.set(counted, suppressed)
    this.#timer ??= setTimeout(() => this.flush(), this.#windowMs).unref()
  }
}
