/** Batches whose answers are remembered. A writer that dies takes its process with it, so few do. */
const MAX_BATCHES = 8

/** The answers to the latest batches, by batch id. */
export class RecentBatches<Answer> {
  readonly #answers = new Map<string, Answer>()

  find(batchId: string): Answer | undefined {
    return this.#answers.get(batchId)
  }

  add(batchId: string, answer: Answer): void {
    this.#answers.set(batchId, answer)
    if (this.#answers.size > MAX_BATCHES) {
      const [oldest] = this.#answers.keys()
      this.#answers.delete(oldest as string)
    }
  }
}
