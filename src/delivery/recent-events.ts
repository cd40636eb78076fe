import { type EncodedEvent, isVisibleTo } from './sse-events.ts'

export interface Batch {
  /** The events after a cursor that the reader may see. */
  events: EncodedEvent[]
  /** The id up to which these are all. */
  scannedTo: number
}

/** The newest events of the log in memory, so that readers a little behind need no read of the store. */
export class RecentEvents {
  readonly #maxEvents: number
  readonly #maxBytes: number
  /** Their ids are contiguous. */
  #events: EncodedEvent[] = []
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
    let bytes = this.#bytes
    let surplus = 0
    while (this.#events.length - surplus > this.#maxEvents || bytes > this.#maxBytes) {
      bytes -= (this.#events[surplus] as EncodedEvent).bytes.length
      surplus++
    }
    this.#dropFirst(surplus)
  }

  /** Drops the events that were trimmed from the log. */
  dropBefore(oldest: number): void {
    const [first] = this.#events
    if (first) this.#dropFirst(Math.max(0, oldest - first.id))
  }

  clear(): void {
    this.#events = []
    this.#bytes = 0
  }

  /**
   * The events after a cursor that the account may see.
   *
   * @param maxBytes bounds their size, but there is at least one if any is visible
   * @returns undefined if the memory does not reach back to the cursor
   */
  after(cursor: number, account: number, maxBytes: number): Batch | undefined {
    const [first] = this.#events
    if (first === undefined || cursor + 1 < first.id) return undefined
    const events: EncodedEvent[] = []
    let bytes = 0
    let scannedTo = cursor
    for (let index = cursor + 1 - first.id; index < this.#events.length; index++) {
      const event = this.#events[index] as EncodedEvent
      if (isVisibleTo(event, account)) {
        if (bytes > 0 && bytes + event.bytes.length > maxBytes) break
        events.push(event)
        bytes += event.bytes.length
      }
      scannedTo = event.id
    }
    return { events, scannedTo }
  }

  #dropFirst(count: number): void {
    for (const { bytes } of this.#events.splice(0, count)) this.#bytes -= bytes.length
  }
}
