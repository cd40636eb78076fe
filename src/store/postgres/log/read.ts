import { type EntryRow, toEntry } from '../../entry-row.ts'
import { gather, KEPT_ENTRIES, SCAN_BYTES, SCAN_IDS } from '../../scan.ts'
import type { Entry, Scan, Unreached } from '../../store.ts'
import { arrayOf } from '../connection.ts'
import type { Pool } from '../pool.ts'
import { type Edges, edges, toExtent } from './extent.ts'
import { entryColumns, names, upToBytes } from './rows.ts'

/** One account, as `of` has it. */
const only = (account: number) => arrayOf([account, account])

/** How much text may stand before an entry that is read. */
const within = `<= ${SCAN_BYTES}`

/** Reads the log in bounded steps. The edges and the entries are of one snapshot. */
export class LogReader {
  readonly #pool

  constructor(pool: Pool) {
    this.#pool = pool
  }

  async read(after: number, viewer: number): Promise<Scan> {
    const rows = await this.#pool.read(
      (sql) => sql<(Edges & EntryRow)[]>`
        WITH edges AS MATERIALIZED (SELECT ${sql.unsafe(edges)}),
        scanned AS MATERIALIZED (
          SELECT * FROM entries
          WHERE id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
            AND id <= greatest(${after}::bigint, (SELECT up_to FROM trimmed)) + ${SCAN_IDS}
          ORDER BY id LIMIT ${sql.unsafe(`${SCAN_IDS}`)}
        ),
        seen AS (
          SELECT * FROM scanned
          WHERE recipient_id IS NULL OR recipient_id = ${viewer} OR sender_id = ${viewer}
        )
        SELECT edges.*, found.* FROM edges LEFT JOIN (
          SELECT ${sql.unsafe(entryColumns)}
          FROM ${sql.unsafe(upToBytes('seen', within) + names)}
        ) AS found ON true ORDER BY found.id`,
    )
    const extent = toExtent(rows[0] as Edges)
    const start = Math.max(after, extent.oldest - 1)
    const upTo = Math.max(start, Math.min(extent.head, start + SCAN_IDS))
    return { extent, ...gather(found(rows), upTo) }
  }

  async readKept(after: number, upTo: number, viewer: number): Promise<Scan> {
    const rows = await this.#pool.read(
      (sql) => sql<(Edges & EntryRow)[]>`
        WITH kept AS MATERIALIZED (
          SELECT * FROM entries
          WHERE recipient_id IS NOT NULL AND recipient_id = ANY (${only(viewer)}::bigint[])
            AND id > greatest(${after}::bigint, (SELECT up_to FROM trimmed))
            AND id <= ${upTo}::bigint
          ORDER BY recipient_id, id LIMIT ${sql.unsafe(`${SCAN_IDS}`)}
        )
        SELECT edges.*, found.* FROM (SELECT ${sql.unsafe(edges)}) AS edges LEFT JOIN (
          SELECT ${sql.unsafe(entryColumns)}
          FROM ${sql.unsafe(upToBytes('kept', within) + names)}
        ) AS found ON true ORDER BY found.id`,
    )
    return { extent: toExtent(rows[0] as Edges), ...gather(found(rows), upTo, SCAN_IDS) }
  }

  async unreached(viewer: number): Promise<Unreached> {
    const [row] = await this.#pool.read(
      (sql) => sql<(Edges & { first: number | null })[]>`
        SELECT ${sql.unsafe(edges)}, (
          SELECT min(id) FROM (
            SELECT id FROM entries
            WHERE recipient_id IS NOT NULL
              AND recipient_id = ANY (${only(viewer)}::bigint[])
              AND id > (
                SELECT greatest(reached, up_to) FROM accounts, trimmed
                WHERE accounts.id = ${viewer}::bigint)
            ORDER BY recipient_id DESC, id DESC LIMIT ${sql.unsafe(`${KEPT_ENTRIES}`)}) AS newest
        ) AS first`,
    )
    const { first, ...edgesNow } = row as Edges & { first: number | null }
    const extent = toExtent(edgesNow)
    return { after: (first ?? extent.head + 1) - 1, upTo: extent.head, extent }
  }

  async entry(id: number, viewer: number): Promise<Entry | undefined> {
    const [row] = await this.#pool.read(
      (sql) => sql<EntryRow[]>`
        SELECT ${sql.unsafe(entryColumns)} FROM entries ${sql.unsafe(names)}
        WHERE entries.id = ${id} AND (entries.recipient_id IS NULL
          OR entries.recipient_id = ${viewer} OR entries.sender_id = ${viewer})`,
    )
    return row && toEntry(row)
  }
}

/** The rows that hold an entry: one that holds the edges alone says that there is none. */
function found<Row extends { id: number | null }>(rows: readonly Row[]): Row[] {
  return rows.filter(({ id }) => id !== null)
}
