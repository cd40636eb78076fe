import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { addressKeys } from '../limits/address-keys.ts'
import { FixedWindowCounter } from '../limits/fixed-window-counter.ts'

/** How many lines of one event are written in a minute for one address. */
const maxPerWindow = 10
const windowMs = 60_000

/** How many addresses and events have their own count of suppressed lines; all others share one. */
const maxTracked = 1000

/** Decorates the app with its throttled log. */
export function addThrottledLog(app: FastifyInstance): void {
  const throttledLog = new ThrottledLog(app.log)
  app.decorate('throttledLog', throttledLog)
  app.addHook('onClose', async () => throttledLog.flush())
}

type Fields = Readonly<Record<string, unknown>>

interface Suppressed {
  event: string
  /** Absent where many addresses share the count. */
  address?: string
  lines: number
}

/**
 * Logs events that a client can cause without an account. The first lines of an address in a minute are
 * written, the rest are counted and logged as one: else one client could fill the disk.
 */
export class ThrottledLog {
  readonly #log: FastifyBaseLogger
  readonly #windowMs: number
  readonly #counter: FixedWindowCounter
  readonly #suppressed = new Map<string, Suppressed>()
  #timer: NodeJS.Timeout | undefined

  /** @param options.windowMs how long lines are counted before the count is logged (60,000) */
  constructor(log: FastifyBaseLogger, options: { windowMs?: number } = {}) {
    this.#log = log
    this.#windowMs = options.windowMs ?? windowMs
    this.#counter = new FixedWindowCounter({ windowMs: this.#windowMs })
  }

  /** @param address of the client; IPv6 counts by /64, /56 and /48 */
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

  /** Logs the counts of suppressed lines, and resets them. */
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
