import type { Store } from '../store/store.ts'

/**
 * How far each person's streams have come, on its way to the store: gathered while one write is
 * under way, and kept for the next when the store cannot be written.
 */
export class ReachedMarks {
  readonly #store: Pick<Store, 'markReached'>
  readonly #epoch: () => string
  #pending = new Map<number, number>()
  #writing: Promise<void> | undefined
  /** Of the write that is under way. */
  #underWay: Promise<void> | undefined
  /** Of the write that takes what is pending along. */
  #next = Promise.withResolvers<void>()
  /** How often the log has turned. */
  #turns = 0

  /** @param epoch of the log that marks are noted in */
  constructor(store: Pick<Store, 'markReached'>, epoch: () => string) {
    this.#store = store
    this.#epoch = epoch
  }

  /** Resolves once it is stored, or could not be. */
  note(account: number, id: number): Promise<void> {
    const { promise } = this.#next
    this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
    this.#writing ??= this.#write()
    return promise
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
    if (this.#writing) await (this.#pending.size > 0 ? this.#next.promise : this.#underWay)
  }

  async #write(): Promise<void> {
    // Begins in a later turn, so that what is noted in this one goes along.
    await undefined
    while (this.#pending.size > 0) {
      const marks = this.#pending
      const turns = this.#turns
      const { promise, resolve } = this.#next
      this.#underWay = promise
      this.#pending = new Map()
      this.#next = Promise.withResolvers()
      try {
        const list = [...marks].map(([account, id]) => ({ account, id }))
        await this.#store.markReached(list, this.#epoch())
      } catch {
        // A mark lost costs nothing but seeing a message again; the next one carries it along.
        if (turns !== this.#turns) break
        for (const [account, id] of marks) {
          this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
        }
        break
      } finally {
        resolve()
      }
    }
    this.#writing = undefined
    // What came meanwhile was dropped by a turn, or waits for a store that is away.
    this.#next.resolve()
    this.#next = Promise.withResolvers()
  }
}
