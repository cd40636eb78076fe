import { type SessionRow, toSession } from '../session-row.ts'
import type { Extent, News, Session } from '../store.ts'
import type { Connection } from './connection.ts'
import { LogExtent } from './log/extent.ts'
import { sessionColumns } from './sessions.ts'

/** So many sessions are read ahead, the newest of those that are alive: 6 MB, in some 20 ms. */
const most = 20_000

/**
 * What a stream without a cursor asks before it begins, for the newest sessions, and what all of
 * their first requests ask: read when the store opens, for after a restart everyone comes back within
 * seconds, and to look up one after the other takes three times as long as all at once, and more while
 * another thread writes, for each commit empties what SQLite has in memory. News keeps it true.
 */
export class ReadAhead {
  readonly #sessions = new Map<number, Session>()
  /** The accounts of these for which no direct message waits. */
  readonly #nothingWaits = new Set<number>()
  /** The log's edges, as they were told. */
  #extent: Extent

  /**
   * @param connection to a database that nobody else writes yet
   * @param now Unix milliseconds
   */
  constructor(connection: Connection, now: number) {
    const rows = connection.prepare<[number], SessionRow & { waits: number }>(
      `SELECT ${sessionColumns},
              EXISTS (SELECT 1 FROM entries INDEXED BY entries_to
                      WHERE recipient_id = accounts.id AND entries.id > accounts.reached) AS waits
       FROM sessions JOIN accounts ON accounts.id = sessions.account_id
       WHERE sessions.expires_at > ? ORDER BY sessions.expires_at DESC LIMIT ${most}`,
    )
    for (const row of rows.iterate(now)) {
      this.#sessions.set(row.id, toSession(row))
      if (row.waits === 0) this.#nothingWaits.add(row.accountId)
    }
    this.#extent = new LogExtent(connection).now()
  }

  /** A session that was read ahead and is alive. One past its end is forgotten: it may be swept. */
  session(id: number, now: number): Session | undefined {
    const session = this.#sessions.get(id)
    if (session === undefined || session.expiresAt > now) return session
    this.#sessions.delete(id)
    return undefined
  }

  /** As the store's call, where it is known that nothing waits. */
  unreached(viewer: number): { after: number; upTo: number; extent: Extent } | undefined {
    if (!this.#nothingWaits.has(viewer)) return undefined
    const { head } = this.#extent
    return { after: head, upTo: head, extent: this.#extent }
  }

  follow({ extent, entries, ended }: News): void {
    this.#extent = extent
    for (const { to } of entries) if (to !== null) this.#nothingWaits.delete(to.id)
    for (const session of ended) this.#sessions.delete(session)
  }
}
