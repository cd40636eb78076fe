import { type EntryRow, toEntry } from '../../rows.ts'
import { MAX_SCAN_BYTES, MAX_SCAN_IDS, MAX_UNDELIVERED, takeEntries } from '../../scan-limits.ts'
import type { Entry, Scan, Undelivered } from '../../store.ts'
import { toArrayLiteral } from '../connection.ts'
import type { Pool } from '../pool.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from './bounds.ts'
import { entryColumns, limitBytes, usernameJoins } from './row-columns.ts'

/** One account, as `directMessagesOf` has it. */
const accountArray = (account: number) => toArrayLiteral([account, account])

/** How much text may stand before an entry that is read. */
const bytesLimit = `<= ${MAX_SCAN_BYTES}`

/** Reads the log in bounded steps. The bounds and the entries are of one snapshot. */
export class EntryReader {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async read(after: number, viewer: number): Promise<Scan> {
    const rows = await this.#pool.read(
      (sql) => sql<(BoundsRow & EntryRow)[]>`
        WITH bounds AS MATERIALIZED (SELECT ${sql.unsafe(boundsColumns)}),
        scanned AS MATERIALIZED (
          SELECT * FROM entries
          WHERE id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
            AND id <= greatest(${after}::bigint, (SELECT up_to FROM trimmed)) + ${MAX_SCAN_IDS}
          ORDER BY id LIMIT ${sql.unsafe(`${MAX_SCAN_IDS}`)}
        ),
        visible AS (
          SELECT * FROM scanned
          WHERE recipient_id IS NULL OR recipient_id = ${viewer} OR sender_id = ${viewer}
        )
        SELECT bounds.*, found.* FROM bounds LEFT JOIN (
          SELECT ${sql.unsafe(entryColumns)}
          FROM ${sql.unsafe(limitBytes('visible', bytesLimit) + usernameJoins)}
        ) AS found ON true ORDER BY found.id`,
    )
    const bounds = toLogBounds(rows[0] as BoundsRow)
    const start = Math.max(after, bounds.oldest - 1)
    const upTo = Math.max(start, Math.min(bounds.head, start + MAX_SCAN_IDS))
    return { bounds, ...takeEntries(rowsWithEntry(rows), upTo) }
  }

  async readUndelivered(after: number, upTo: number, viewer: number): Promise<Scan> {
    const rows = await this.#pool.read(
      (sql) => sql<(BoundsRow & EntryRow)[]>`
        WITH undelivered AS MATERIALIZED (
          SELECT * FROM entries
          WHERE recipient_id IS NOT NULL AND recipient_id = ANY (${accountArray(viewer)}::bigint[])
            AND id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
            AND id <= ${upTo}::bigint
          ORDER BY recipient_id, id LIMIT ${sql.unsafe(`${MAX_SCAN_IDS}`)}
        )
        SELECT bounds.*, found.* FROM (SELECT ${sql.unsafe(boundsColumns)}) AS bounds LEFT JOIN (
          SELECT ${sql.unsafe(entryColumns)}
          FROM ${sql.unsafe(limitBytes('undelivered', bytesLimit) + usernameJoins)}
        ) AS found ON true ORDER BY found.id`,
    )
    return {
      bounds: toLogBounds(rows[0] as BoundsRow),
      ...takeEntries(rowsWithEntry(rows), upTo, MAX_SCAN_IDS),
    }
  }

  async undelivered(viewer: number): Promise<Undelivered> {
    const [row] = await this.#pool.read(
      (sql) => sql<(BoundsRow & { first: number | null })[]>`
        SELECT ${sql.unsafe(boundsColumns)}, (
          SELECT min(id) FROM (
            SELECT id FROM entries
            WHERE recipient_id IS NOT NULL
              AND recipient_id = ANY (${accountArray(viewer)}::bigint[])
              AND id > (
                SELECT greatest(reached, up_to) FROM accounts, trimmed
                WHERE accounts.id = ${viewer}::bigint)
            ORDER BY recipient_id DESC, id DESC LIMIT ${sql.unsafe(`${MAX_UNDELIVERED}`)}) AS newest
        ) AS first`,
    )
    const { first, ...boundsRow } = row as BoundsRow & { first: number | null }
    const bounds = toLogBounds(boundsRow)
    return { after: (first ?? bounds.head + 1) - 1, upTo: bounds.head, bounds }
  }

  async entry(id: number, viewer: number): Promise<Entry | undefined> {
    const [row] = await this.#pool.read(
      (sql) => sql<EntryRow[]>`
        SELECT ${sql.unsafe(entryColumns)} FROM entries ${sql.unsafe(usernameJoins)}
        WHERE entries.id = ${id} AND (entries.recipient_id IS NULL
          OR entries.recipient_id = ${viewer} OR entries.sender_id = ${viewer})`,
    )
    return row && toEntry(row)
  }
}

/** The rows that hold an entry: one that holds the bounds alone says that there is none. */
function rowsWithEntry<Row extends { id: number | null }>(rows: readonly Row[]): Row[] {
  return rows.filter(({ id }) => id !== null)
}
