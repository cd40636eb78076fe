import type { Connection } from './connection.ts'

export class DeliveryReceipts {
  readonly #record

  constructor(connection: Connection) {
    // A client can present any cursor, and a receipt past the head would hide future messages. Most
    // receipts pass no direct message since the last one: they write nothing.
    this.#record = connection.prepare<{ account: number; id: number }>(
      `UPDATE accounts SET reached = min(:id, (SELECT max(id) FROM entries))
       WHERE id = :account AND reached < min(:id, (SELECT max(id) FROM entries))
         AND EXISTS (SELECT 1 FROM entries INDEXED BY entries_to
                     WHERE recipient_id = :account AND entries.id > reached AND entries.id <= :id)`,
    )
  }

  record(receipts: readonly { account: number; id: number }[]): void {
    for (const { account, id } of receipts) this.#record.run({ account, id })
  }
}
