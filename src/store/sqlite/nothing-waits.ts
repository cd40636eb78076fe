import type { Extent, News, Unreached } from '../store.ts'
import type { Connection } from './connection.ts'
import { LogExtent } from './log/extent.ts'

/** So many sessions are looked at, the newest that are alive: those that are remembered from the start. */
const most = 20_000

/**
 * For whom it is known that no direct message waits, which a stream without a cursor asks before it
 * begins. Read when the store opens, for after a restart everyone comes back within seconds, and each
 * look-up while another thread writes would read its pages anew: each commit empties what SQLite has
 * in memory. News keeps it true.
 */
export class NothingWaits {
  readonly #accounts: Set<number>
  /** The log's edges, as they were told. */
  #extent: Extent

  /**
   * @param connection to a database that nobody else writes yet
   * @param now Unix milliseconds
   */
  constructor(connection: Connection, now: number) {
    const accounts = connection
      .prepare<[number], number>(
        `SELECT accounts.id
         FROM (SELECT account_id FROM sessions WHERE expires_at > ?
               ORDER BY expires_at DESC LIMIT ${most}) AS newest
         JOIN accounts ON accounts.id = newest.account_id
         WHERE NOT EXISTS (SELECT 1 FROM entries INDEXED BY entries_to
                           WHERE recipient_id = accounts.id AND entries.id > accounts.reached)`,
      )
      .pluck()
    this.#accounts = new Set(accounts.all(now))
    this.#extent = new LogExtent(connection).now()
  }

  /** As the store's `unreached`, where it is known that nothing waits. */
  unreached(viewer: number): Unreached | undefined {
    if (!this.#accounts.has(viewer)) return undefined
    const { head } = this.#extent
    return { after: head, upTo: head, extent: this.#extent }
  }

  follow({ extent, entries }: News): void {
    this.#extent = extent
    for (const { to } of entries) if (to !== null) this.#accounts.delete(to.id)
  }
}
