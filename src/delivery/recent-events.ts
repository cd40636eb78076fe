import { type EncodedEvent, isVisibleTo } from './sse-events.ts'

/** The newest events of the log in memory, so that readers a little behind need no read of the store. */
export class RecentEvents {
  readonly #maxEvents: number
  readonly #maxBytes: number
  #events: EncodedEvent[] = []
  /** Events before this index are dropped; `#compact` removes them in bulk. Ids are contiguous. */
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

  /** Drops the events that were trimmed from the log. */
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
   * The events after a cursor that the account may see.
   *
   * @param maxBytes bounds their size, but there is at least one if any is visible
   * @returns undefined if the memory does not reach back to the cursor
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
    // Frees the event now; `#compact` removes its slot later.
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
