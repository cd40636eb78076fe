import { type EncodedEvent, isVisibleTo } from './sse-events.ts'

/**
 * The newest events of the log, kept in memory so that a reader who is only a little behind costs
 * the store nothing. Ids are contiguous.
 */
export class RecentEvents {
  readonly #maxEvents: number
  readonly #maxBytes: number
  #events: EncodedEvent[] = []
  /** Frames before this index are gone; they are cut off now and then, all at once. */
  #start = 0
  #bytes = 0

  constructor({ maxEvents = 20_000, maxBytes = 16 * 1024 * 1024 } = {}) {
    this.#maxEvents = maxEvents
    this.#maxBytes = maxBytes
  }

  push(events: readonly EncodedEvent[]): void {
    for (const event of events) {
      this.#events.push(event)
      this.#bytes += event.bytes.length
    }
    while (this.#length > this.#maxEvents || this.#bytes > this.#maxBytes) this.#dropFirst()
    this.#compact()
  }

  /** Forgets what the log no longer holds. */
  dropBefore(oldest: number): void {
    while (this.#length > 0 && this.#at(0).id < oldest) this.#dropFirst()
    this.#compact()
  }

  clear(): void {
    this.#events = []
    this.#start = 0
    this.#bytes = 0
  }

  /**
   * What the account may see after a cursor, up to about `maxBytes` (at least one event), and the
   * id up to which that is everything. Undefined where the memory does not reach back that far.
   */
  after(
    cursor: number,
    account: number,
    maxBytes: number,
  ): { events: EncodedEvent[]; scannedTo: number } | undefined {
    if (this.#length === 0 || cursor + 1 < this.#at(0).id) return undefined
    const events: EncodedEvent[] = []
    let bytes = 0
    let scannedTo = cursor
    for (let index = cursor + 1 - this.#at(0).id; index < this.#length; index++) {
      const event = this.#at(index)
      if (isVisibleTo(event, account)) {
        if (bytes > 0 && bytes + event.bytes.length > maxBytes) break
        events.push(event)
        bytes += event.bytes.length
      }
      scannedTo = event.id
    }
    return { events, scannedTo }
  }

  get #length(): number {
    return this.#events.length - this.#start
  }

  #at(index: number): EncodedEvent {
    return this.#events[this.#start + index] as EncodedEvent
  }

  #dropFirst(): void {
    this.#bytes -= this.#at(0).bytes.length
    // Let go of now: its place is cut off later, with others.
    this.#events[this.#start] = undefined as never
    this.#start++
  }

  #compact(): void {
    if (this.#start > 1_000 && this.#start > this.#events.length / 2) {
      this.#events = this.#events.slice(this.#start)
      this.#start = 0
    }
  }
}
