import { type RestrictionRow, toRestriction } from '../../staff-rows.ts'
import type { StaffCaller } from '../../staff-rules.ts'
import type { Restriction, RestrictionTerms } from '../../staff-store.ts'
import type { Connection } from '../connection.ts'

export type RestrictionTable = 'bans' | 'mutes'

/** The bans or the mutes. One whose end is past is none. */
export class Restrictions {
  readonly #find
  readonly #has
  readonly #set
  readonly #lift

  constructor(connection: Connection, table: RestrictionTable) {
    const current = `FROM ${table} WHERE account_id = ? AND (until IS NULL OR until > ?)`
    this.#find = connection.prepare<[number, number], RestrictionRow>(
      `SELECT reason, until, at, by_id AS byId,
              (SELECT username FROM accounts WHERE id = by_id) AS byName, by_role AS byRole
       ${current}`,
    )
    this.#has = connection.prepare<[number, number], number>(`SELECT 1 ${current}`).pluck()
    this.#set = connection.prepare<unknown[]>(
      `INSERT OR REPLACE INTO ${table} (account_id, reason, until, at, by_id, by_role)
       VALUES (?, ?, ?, ?, ?, ?)`,
    )
    this.#lift = connection.prepare<[number]>(`DELETE FROM ${table} WHERE account_id = ?`)
  }

  find(account: number, now: number): Restriction | undefined {
    const row = this.#find.get(account, now)
    return row && toRestriction(row)
  }

  has(account: number, now: number): boolean {
    return this.#has.get(account, now) !== undefined
  }

  set(account: number, terms: RestrictionTerms, caller: StaffCaller, now: number): void {
    const { reason, until } = terms
    this.#set.run(account, reason, until, now, caller.account?.id ?? null, caller.role)
  }

  lift(account: number): void {
    this.#lift.run(account)
  }
}
