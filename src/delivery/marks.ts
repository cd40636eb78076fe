import type { Store } from '../store/store.ts'

/**
 * How far each person's streams have come, on its way to the store: gathered while one write is
 * under way, and kept for the next when the store cannot be written.
 */
export class ReachedMarks {
  readonly #store: Pick<Store, 'markReached'>
  #pending = new Map<number, number>()
  #writing: Promise<void> | undefined
  /** How often the log has turned. */
  #turns = 0

  constructor(store: Pick<Store, 'markReached'>) {
    this.#store = store
  }

  note(account: number, id: number): void {
    if (id <= (this.#pending.get(account) ?? 0)) return
    this.#pending.set(account, id)
    this.#writing ??= this.#write()
  }

  /**
   * The log may have gone back, and a mark past the fork would hide what is yet to be said there.
   * Those that were good come again, with their streams' cursors and heartbeats.
   */
  turned(): void {
    this.#turns++
    this.#pending.clear()
  }

  /** Resolves once what was noted before is stored, or could not be. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    // Begins in a later turn, so that what is noted in this one goes along.
    await undefined
    while (this.#pending.size > 0) {
      const marks = this.#pending
      const turns = this.#turns
      this.#pending = new Map()
      try {
        await this.#store.markReached([...marks].map(([account, id]) => ({ account, id })))
      } catch {
        // A mark lost costs nothing but seeing a message again; the next one carries it along.
        if (turns !== this.#turns) break
        for (const [account, id] of marks) {
          this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
        }
        break
      }
    }
    this.#writing = undefined
  }
}
