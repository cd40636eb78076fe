import type { Store } from '../store/store.ts'

/**
 * How far each person's streams have come, on its way to the store: gathered while one write is
 * under way, and kept for the next when the store cannot be written.
 */
export class ReachedMarks {
  readonly #store: Pick<Store, 'markReached'>
  #pending = new Map<number, number>()
  #writing: Promise<void> | undefined

  constructor(store: Pick<Store, 'markReached'>) {
    this.#store = store
  }

  note(account: number, id: number): void {
    if (id <= (this.#pending.get(account) ?? 0)) return
    this.#pending.set(account, id)
    this.#writing ??= this.#write()
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
      this.#pending = new Map()
      try {
        await this.#store.markReached([...marks].map(([account, id]) => ({ account, id })))
      } catch {
        // A mark lost costs nothing but seeing a message again; the next one carries it along.
        for (const [account, id] of marks) {
          this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
        }
        break
      }
    }
    this.#writing = undefined
  }
}
