import type { LogBounds, Scan } from './message-log.ts'

/** How far each person's streams have received the log, and the direct messages that are left. */
export interface ReceiptStore {
  /**
   * Records how far people's streams have come. A lower id than the recorded one changes nothing, and
   * neither does a receipt of another epoch than the current one.
   */
  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void>

  /**
   * The range of the direct messages that none of the viewer's streams has received, limited to the
   * newest 200. `after === upTo` when there are none.
   */
  undelivered(viewer: number): Promise<Undelivered>

  /** The direct messages to `viewer` with ids in (after, upTo], bounded by 256 KiB of text. */
  readUndelivered(after: number, upTo: number, viewer: number): Promise<Scan>
}

export interface DeliveryReceipt {
  account: number
  /** One of the account's streams has received everything up to this entry. */
  id: number
}

/** Direct messages that none of a person's streams has received: those with ids in (after, upTo]. */
export interface Undelivered {
  after: number
  upTo: number
  bounds: LogBounds
}
