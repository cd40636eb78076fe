import { parseEpoch } from '../epochs.ts'
import type { DeliveryReceipt } from '../store.ts'
import type { Pool } from './pool.ts'

/** How far each person's streams have come in the log. */
export class DeliveryReceipts {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** A mark that tells nothing new writes nothing; where the log is of another epoch, none does. */
  async record(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void> {
    const list = receipts.map(({ account, id }) => ({ account, id }))
    await this.#pool.write(
      (sql) => sql`SELECT obrol_reach(${sql.json(list)}, ${parseEpoch(epoch)}::bigint)`,
    )
  }
}
