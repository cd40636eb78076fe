import type { Store } from '../store/store.ts'

/**
 * How far each person's streams have come, on its way to the store: gathered while one write is
 * under way, and kept for the next when the store cannot be written.
 */
export class DeliveryReceipts {
  readonly #store: Pick<Store, 'markDelivered'>
  readonly #epoch: () => string
  #pending = new Map<number, number>()
  #writing: Promise<void> | undefined
  /** Of the write that is under way. */
  #currentWrite: Promise<void> | undefined
  /** Of the write that takes what is pending along. */
  #nextWrite = Promise.withResolvers<void>()
  /** How often the log has turned. */
  #generation = 0

  /** @param epoch of the log that receipts are noted in */
  constructor(store: Pick<Store, 'markDelivered'>, epoch: () => string) {
    this.#store = store
    this.#epoch = epoch
  }

  /** Resolves once it is stored, or could not be. */
  record(account: number, id: number): Promise<void> {
    const { promise } = this.#nextWrite
    this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
    this.#writing ??= this.#write()
    return promise
  }

  /**
   * The log may have gone back, and a mark past the fork would hide what is yet to be said there.
   * Those that were good come again, with their streams' cursors and heartbeats.
   */
  diverged(): void {
    this.#generation++
    this.#pending.clear()
  }

  /** Resolves once what was noted before is stored, or could not be. */
  async settled(): Promise<void> {
    if (this.#writing) await (this.#pending.size > 0 ? this.#nextWrite.promise : this.#currentWrite)
  }

  async #write(): Promise<void> {
    // Begins in a later turn, so that what is noted in this one goes along.
    await undefined
    while (this.#pending.size > 0) {
      const receipts = this.#pending
      const generation = this.#generation
      const { promise, resolve } = this.#nextWrite
      this.#currentWrite = promise
      this.#pending = new Map()
      this.#nextWrite = Promise.withResolvers()
      try {
        const list = [...receipts].map(([account, id]) => ({ account, id }))
        await this.#store.markDelivered(list, this.#epoch())
      } catch {
        // A mark lost costs nothing but seeing a message again; the next one carries it along.
        if (generation !== this.#generation) break
        for (const [account, id] of receipts) {
          this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
        }
        break
      } finally {
        resolve()
      }
    }
    this.#writing = undefined
    // What came meanwhile was dropped by a turn, or waits for a store that is away.
    this.#nextWrite.resolve()
    this.#nextWrite = Promise.withResolvers()
  }
}
