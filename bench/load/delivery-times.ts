/** When each message was due, and when the last stream received it. */
export class DeliveryTimes {
  readonly #streams: number
  readonly #dueAt: Float64Array
  readonly #left: Uint32Array
  readonly #lastAt: Float64Array

  readonly #head: number

  /**
   * @param streams how many streams must receive each message
   * @param messages the number of messages
   * @param head the id before the first message (0)
   */
  constructor(streams: number, messages: number, head = 0) {
    this.#streams = streams
    this.#head = head
    this.#dueAt = new Float64Array(messages + 1)
    this.#lastAt = new Float64Array(messages + 1)
    this.#left = new Uint32Array(messages + 1).fill(streams)
  }

  /** Messages are posted in the order of their ids, one at a time or at a fixed rate. */
  due(id: number, at: number): void {
    this.#dueAt[id - this.#head] = at
  }

  received(id: number): void {
    const index = id - this.#head
    const left = (this.#left[index] as number) - 1
    this.#left[index] = left
    if (left === 0) this.#lastAt[index] = performance.now()
  }

  /**
   * From due to the last receipt, in milliseconds, of the messages that all streams received.
   *
   * @param skipped how many of the first messages are left out
   */
  latencies(skipped = 0): number[] {
    const found: number[] = []
    for (let index = skipped + 1; index < this.#left.length; index++)
      if (this.#left[index] === 0 && this.#streams > 0)
        found.push((this.#lastAt[index] as number) - (this.#dueAt[index] as number))
    return found
  }
}
