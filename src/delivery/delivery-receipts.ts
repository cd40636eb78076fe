import type { ReceiptStore } from '../store/receipt-store.ts'
import type { EncodedEvent } from './encoded-event.ts'
import { type EventSet, hasEvent } from './event-names.ts'

/**
 * Writes to the store up to which id each account's direct messages were delivered. Receipts are
 * gathered while a write runs, and kept for the next one if it fails.
 */
export class DeliveryReceipts {
  readonly #store: Pick<ReceiptStore, 'markDelivered'>
  readonly #epoch: () => string
  #pending = new Map<number, number>()
  /** The running write, or the last one. */
  #write: Promise<void> = Promise.resolve()
  /** The write of the pending receipts, which begins after the running one. */
  #nextWrite: Promise<void> | undefined
  /** How often the log has diverged. */
  #generation = 0

  /** @param epoch of the log that receipts refer to */
  constructor(store: Pick<ReceiptStore, 'markDelivered'>, epoch: () => string) {
    this.#store = store
    this.#epoch = epoch
  }

  /** Resolves once the receipt is stored or the write has failed. */
  record(account: number, id: number): Promise<void> {
    this.#add(account, id)
    return this.settled()
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
  settled(): Promise<void> {
    if (this.#pending.size > 0) this.#nextWrite ??= this.#write.then(() => this.#writePending())
    return this.#nextWrite ?? this.#write
  }

  async #writePending(): Promise<void> {
    this.#write = this.#nextWrite as Promise<void>
    this.#nextWrite = undefined
    const receipts = [...this.#pending].map(([account, id]) => ({ account, id }))
    const generation = this.#generation
    this.#pending = new Map()
    if (receipts.length === 0) return
    try {
      await this.#store.markDelivered(receipts, this.#epoch())
    } catch {
      // A lost receipt only means that a message is delivered twice. The next write includes it.
      if (generation !== this.#generation) return
      for (const { account, id } of receipts) this.#add(account, id)
    }
  }

  #add(account: number, id: number): void {
    this.#pending.set(account, Math.max(id, this.#pending.get(account) ?? 0))
  }
}

/** The newest direct message that one stream has written and that is yet to be recorded as delivered. */
export class PendingReceipt {
  readonly #receipts: DeliveryReceipts
  readonly #account: number
  readonly #carriesMessages: boolean
  /** 0 if there is none. */
  #id = 0

  /** @param events of the stream: without messages it delivers none */
  constructor(receipts: DeliveryReceipts, account: number, events: EventSet) {
    this.#receipts = receipts
    this.#account = account
    this.#carriesMessages = hasEvent(events, 'message')
  }

  /** The stream's reader has come to this id by other streams. Resolves as `DeliveryReceipts.record`. */
  async recordStart(id: number): Promise<void> {
    if (this.#carriesMessages) await this.#receipts.record(this.#account, id)
  }

  /** Events that were written, or are about to be: `record` leaves out what is past the cursor. */
  add(events: readonly EncodedEvent[]): void {
    if (!this.#carriesMessages) return
    for (const { id, to } of events) if (to === this.#account) this.#id = Math.max(this.#id, id)
  }

  /** The log was found to be another one after an id. */
  limitTo(id: number): void {
    this.#id = Math.min(this.#id, id)
  }

  /** @param cursor up to where the stream has written */
  record(cursor: number): void {
    if (this.#id === 0 || this.#id > cursor) return
    this.#receipts.record(this.#account, this.#id)
    this.#id = 0
  }
}
