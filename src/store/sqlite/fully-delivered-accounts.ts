import type { LogBounds, StoreUpdate, Undelivered } from '../store.ts'
import type { Connection } from './connection.ts'
import { LogBoundsQuery } from './log/bounds.ts'

/** So many sessions are looked at, the newest that are alive: those that are remembered from the start. */
const MAX_SESSIONS = 20_000

/**
 * For whom it is known that no direct message waits, which a stream without a cursor asks before it
 * begins. Read when the store opens, for after a restart everyone comes back within seconds, and each
 * look-up while another thread writes would read its pages anew: each commit empties what SQLite has
 * in memory. News keeps it true.
 */
export class FullyDeliveredAccounts {
  readonly #accounts: Set<number>
  /** The log's edges, as they were told. */
  #bounds: LogBounds

  /**
   * @param connection to a database that nobody else writes yet
   * @param now Unix milliseconds
   */
  constructor(connection: Connection, now: number) {
    const accounts = connection
      .prepare<[number], number>(
        `SELECT accounts.id
         FROM (SELECT account_id FROM sessions WHERE expires_at > ?
               ORDER BY expires_at DESC LIMIT ${MAX_SESSIONS}) AS newest
         JOIN accounts ON accounts.id = newest.account_id
         WHERE NOT EXISTS (SELECT 1 FROM entries INDEXED BY entries_to
                           WHERE recipient_id = accounts.id AND entries.id > accounts.reached)`,
      )
      .pluck()
    this.#accounts = new Set(accounts.all(now))
    this.#bounds = new LogBoundsQuery(connection).read()
  }

  /** As the store's `undelivered`, where it is known that nothing waits. */
  undelivered(viewer: number): Undelivered | undefined {
    if (!this.#accounts.has(viewer)) return undefined
    const { head } = this.#bounds
    return { after: head, upTo: head, bounds: this.#bounds }
  }

  applyUpdate({ bounds, entries }: StoreUpdate): void {
    this.#bounds = bounds
    for (const { to } of entries) if (to !== null) this.#accounts.delete(to.id)
  }
}
