import type { ReceiptStore } from '../store/receipt-store.ts'

/**
 * Writes to the store up to which id each account's direct messages were delivered. Receipts are
 * gathered while a write runs, and kept for the next one if it fails.
 */
export class DeliveryReceipts {
  readonly #store: Pick<ReceiptStore, 'markDelivered'>
  readonly #epoch: () => string
  #pending = new Map<number, number>()
  #writing: Promise<void> | undefined
  /** Resolves when the running write has ended. */
  #currentWrite: Promise<void> | undefined
  /** Resolves when the write of the pending receipts has ended. */
  #nextWrite = Promise.withResolvers<void>()
  /** How often the log has diverged. */
  #generation = 0

  /** @param epoch of the log that receipts refer to */
  constructor(store: Pick<ReceiptStore, 'markDelivered'>, epoch: () => string) {
    this.#store = store
    this.#epoch = epoch
  }

  /** Resolves once the receipt is stored or the write has failed. */
  record(account: number, id: number): Promise<void> {
    const { promise } = this.#nextWrite
    this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
    this.#writing ??= this.#write()
    return promise
  }

  /**
   * Drops the pending receipts: one past the fork would hide messages that are yet to be sent. Valid
   * ones are recorded again with the cursors and heartbeats of their streams.
   */
  diverged(): void {
    this.#generation++
    this.#pending.clear()
  }

  /** Resolves once the receipts recorded before are stored or their write has failed. */
  async settled(): Promise<void> {
    if (this.#writing) await (this.#pending.size > 0 ? this.#nextWrite.promise : this.#currentWrite)
  }

  async #write(): Promise<void> {
    // Starts in a later microtask, so that receipts recorded in this one are included.
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
        // A lost receipt only means that a message is delivered twice. The next write includes it.
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
    // Receipts recorded meanwhile were dropped by a divergence, or wait for the next write.
    this.#nextWrite.resolve()
    this.#nextWrite = Promise.withResolvers()
  }
}
