/** When each message was due and when the last stream got it. */
export class Receipts {
  readonly #streams: number
  readonly #dueAt: Float64Array
  readonly #left: Uint32Array
  readonly #lastAt: Float64Array

  /** @param streams how many must get each message @param messages with ids from 1 to this */
  constructor(streams: number, messages: number) {
    this.#streams = streams
    this.#dueAt = new Float64Array(messages + 1)
    this.#lastAt = new Float64Array(messages + 1)
    this.#left = new Uint32Array(messages + 1).fill(streams)
  }

  /** Messages are posted in the order of their ids, one at a time or by a clock. */
  due(id: number, at: number): void {
    this.#dueAt[id] = at
  }

  received(id: number): void {
    const left = (this.#left[id] as number) - 1
    this.#left[id] = left
    if (left === 0) this.#lastAt[id] = performance.now()
  }

  /** From due to the last receipt, in milliseconds, of the messages from one id on that all got. */
  latencies(fromId = 1): number[] {
    const found: number[] = []
    for (let id = fromId; id < this.#left.length; id++)
      if (this.#left[id] === 0 && this.#streams > 0)
        found.push((this.#lastAt[id] as number) - (this.#dueAt[id] as number))
    return found
  }
}
