import type { LogBounds } from '../message-log.ts'
import type { Undelivered } from '../receipt-store.ts'
import type { StoreUpdate } from '../store.ts'
import type { Connection } from './connection.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { queriesOf } from './queries-of.ts'

/** As many sessions as are cached at the start: the newest. */
const MAX_SESSIONS = 20_000

/**
 * The accounts that have no undelivered direct message, which a stream without a cursor has to know
 * before it begins. Read when the store opens, since after a restart everyone comes back within seconds
 * and each commit of the writer's thread empties the page cache of other connections. Updates remove
 * accounts from it.
 */
export class FullyDeliveredAccounts {
  readonly #accounts: Set<number>
  /** Of the last update. */
  #bounds: LogBounds

  /**
   * @param connection to a database that no thread writes to yet
   * @param now Unix milliseconds
   */
  constructor(connection: Connection, now: number) {
    const accounts = connection
      .prepare<[number], number>(
        `SELECT accounts.id
         FROM (SELECT account_id FROM sessions WHERE expires_at > ?
               ORDER BY expires_at DESC LIMIT ${MAX_SESSIONS}) AS newest
         JOIN accounts ON accounts.id = newest.account_id
         WHERE NOT EXISTS (SELECT 1 FROM entries INDEXED BY entries_kept
                           WHERE kind = 'message' AND target_id = accounts.id AND deleted_at IS NULL
                             AND entries.id > accounts.reached)`,
      )
      .pluck()
    this.#accounts = new Set(accounts.all(now))
    this.#bounds = queriesOf(LogBoundsQuery, connection).read()
  }

  /** The answer of `ReceiptStore.undelivered`, where the account is known to have none. */
  undelivered(viewer: number): Undelivered | undefined {
    if (!this.#accounts.has(viewer)) return undefined
    const { head } = this.#bounds
    return { after: head, upTo: head, bounds: this.#bounds }
  }

  applyUpdate({ bounds, entries }: StoreUpdate): void {
    this.#bounds = bounds
    for (const entry of entries)
      if (entry.kind === 'message' && entry.to !== null) this.#accounts.delete(entry.to.id)
  }
}
