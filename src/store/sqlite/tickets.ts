/** Batches whose answers are remembered. A writer that dies takes its process with it, so few do. */
const KEPT = 8

/** The answers to the latest batches, by ticket. */
export class RecentTickets<Answer> {
  readonly #answers = new Map<string, Answer>()

  find(ticket: string): Answer | undefined {
    return this.#answers.get(ticket)
  }

  keep(ticket: string, answer: Answer): void {
    this.#answers.set(ticket, answer)
    if (this.#answers.size > KEPT) {
      const [oldest] = this.#answers.keys()
      this.#answers.delete(oldest as string)
    }
  }
}
