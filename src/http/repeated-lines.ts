import type { FastifyBaseLogger } from 'fastify'
import { addressKeys } from './address-key.ts'
import { FixedWindows } from './fixed-windows.ts'

/** How many lines of one kind are written in a minute of one address. */
const written = 10
const windowMs = 60_000

/** For how many addresses and kinds it is told apart how many more there were. */
const mostToldApart = 1000

/** What a line tells, besides which kind of line it is and of whom. */
type Fields = Readonly<Record<string, unknown>>

interface More {
  event: string
  /** Absent: of many, past those that are told apart. */
  address?: string
  lines: number
}

/**
 * Lines about what anybody can do who has no account. The first ones of an address are written, the
 * rest counted and told of once a minute: else one client fills the disk.
 */
export class RepeatedLines {
  readonly #log: FastifyBaseLogger
  readonly #windowMs: number
  readonly #written: FixedWindows
  readonly #more = new Map<string, More>()
  #timer: NodeJS.Timeout | undefined

  /** @param options.windowMs how often it is told how many more there were (60,000) */
  constructor(log: FastifyBaseLogger, options: { windowMs?: number } = {}) {
    this.#log = log
    this.#windowMs = options.windowMs ?? windowMs
    this.#written = new FixedWindows({ windowMs: this.#windowMs })
  }

  /** @param address whom it is about; IPv6 counts by /64, and by /56 and /48 */
  write(event: string, address: string, fields: Fields): void {
    const keys = addressKeys(address)
    const full = keys.some(({ key, times }) => {
      return this.#written.wait(`${event} ${key}`, written * times) > 0
    })
    if (full) this.#count(event, address, `${event} ${keys[0]?.key}`)
    else {
      for (const { key } of keys) this.#written.add(`${event} ${key}`)
      this.#log.info({ event, address, ...fields })
    }
  }

  /** Tells how many more there were since this was last told. */
  tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const more of this.#more.values())
      this.#log.info({ ...more }, `${more.lines} more like this`)
    this.#more.clear()
  }

  #count(event: string, address: string, key: string): void {
    const apart = this.#more.has(key) || this.#more.size < mostToldApart
    const counted = apart ? key : event
    const more = this.#more.get(counted) ?? { event, ...(apart && { address }), lines: 0 }
    more.lines++
    this.#more.set(counted, more)
    this.#timer ??= setTimeout(() => this.tell(), this.#windowMs).unref()
  }
}
