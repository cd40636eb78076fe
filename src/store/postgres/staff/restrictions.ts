import { type RestrictionRow, toRestriction } from '../../staff-rows.ts'
import type { Restriction } from '../../staff-store.ts'
import type { Pool } from '../pool.ts'

const tables = { ban: 'bans', mute: 'mutes' } as const

/** One that is not over, as JSON: a `RestrictionRow`. @param account an expression */
export function restrictionJson(what: 'ban' | 'mute', account: string): string {
  return `(
    SELECT json_build_object(
      'reason', reason, 'until', until, 'at', at, 'byId', by_id, 'byRole', by_role,
      'byName', (SELECT username FROM accounts WHERE accounts.id = by_id LIMIT 1))
    FROM ${tables[what]} WHERE account_id = ${account} AND (until IS NULL OR until > obrol_now())
    LIMIT 1)`
}

/** Undefined where there is none, or it is over. */
export async function findRestriction(
  pool: Pool,
  what: 'ban' | 'mute',
  account: number,
): Promise<Restriction | undefined> {
  const [row] = await pool.read((sql) =>
    sql.unsafe<{ found: RestrictionRow | null }[]>(
      `SELECT ${restrictionJson(what, '$1::bigint')} AS found`,
      [account],
      { prepare: true },
    ),
  )
  return row?.found ? toRestriction(row.found) : undefined
}
