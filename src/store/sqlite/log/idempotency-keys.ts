import type { MessageEntry } from '../../message-log.ts'
import { type EntryRow, toEntry } from '../../rows.ts'
import type { Connection } from '../connection.ts'
import { entryColumns, entryTables } from './entry-query.ts'

export const KEY_LIFETIME_MS = 24 * 60 * 60 * 1000

/** A key is as old as its entry. */
export class IdempotencyKeys {
  readonly #byKey

  constructor(connection: Connection) {
    this.#byKey = connection.prepare<
      { account: number; key: string; since: number },
      EntryRow & { digest: string }
    >(
      `SELECT digest, ${entryColumns}
       FROM idempotency_keys JOIN ${entryTables}
       WHERE idempotency_keys.account_id = :account AND idempotency_keys.key = :key
         AND entries.id = idempotency_keys.entry_id AND entries.sent_at >= :since`,
    )
  }

  find(
    account: number,
    key: string,
    now: number,
  ): { digest: string; entry: MessageEntry } | undefined {
    const row = this.#byKey.get({ account, key, since: now - KEY_LIFETIME_MS })
    return row && { digest: row.digest, entry: toEntry(row) }
  }
}
