import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { LogBounds } from '../../message-log.ts'
import type { Memberships } from '../../room-store.ts'
import { parseNumberArray, toArrayLiteral } from '../connection.ts'
import { type BoundsRow, boundsColumns, toLogBounds } from '../log/bounds.ts'
import type { Pool } from '../pool.ts'

/** Accounts of one query, at most. */
const MAX_ACCOUNTS = 500

/** The rooms of an account, and the log's bounds in the same snapshot. */
export interface MembershipsRead {
  memberships: Memberships
  bounds: LogBounds
}

type Row = BoundsRow & { account: number; rooms: string; lastLeftId: number }

/** Reads memberships. What is asked for in one turn of the event loop is read by one query. */
export class MembershipReader {
  readonly #pool: Pick<Pool, 'read'>
  #nextRead: { accounts: Set<number>; rows: Promise<Map<number, Row>> } | undefined

  constructor(pool: Pick<Pool, 'read'>) {
    this.#pool = pool
  }

  /** @throws {Unavailable} */
  async read(account: number): Promise<MembershipsRead> {
    if (!this.#nextRead || this.#nextRead.accounts.size >= MAX_ACCOUNTS) {
      const accounts = new Set<number>()
      this.#nextRead = { accounts, rows: this.#readAll(accounts) }
    }
    const { accounts, rows } = this.#nextRead
    accounts.add(account)
    const row = (await rows).get(account) as Row
    const bounds = toLogBounds(row)
    const { lastLeftId } = row
    const memberships = { head: bounds.head, rooms: parseNumberArray(row.rooms), lastLeftId }
    return { memberships, bounds }
  }

  /** Reads at the end of the turn, for the accounts that were added until then. */
  async #readAll(accounts: Set<number>): Promise<Map<number, Row>> {
    await endOfTurn()
    if (this.#nextRead?.accounts === accounts) this.#nextRead = undefined
    const rows = await this.#pool.read(
      (sql) => sql<Row[]>`
        SELECT bounds.*, account,
          coalesce((
            SELECT array_agg(audience_id) FROM members
            WHERE account_id = account AND left_id IS NULL AND joined_id > 0), '{}') AS rooms,
          coalesce((
            SELECT left_id FROM members
            WHERE account_id = account AND left_id IS NOT NULL AND joined_id > 0
            ORDER BY account_id DESC, left_id DESC LIMIT 1), 0) AS "lastLeftId"
        FROM (SELECT ${sql.unsafe(boundsColumns)}) AS bounds,
          unnest(${toArrayLiteral([...accounts])}::bigint[]) AS account`,
    )
    return new Map(rows.map((row) => [row.account, row]))
  }
}
