import { type EntryRow, toEntry } from '../../rows.ts'
import type { Entry } from '../../store.ts'
import type { Pool } from '../pool.ts'
import { entryColumns, usernameJoins } from './row-columns.ts'

/** What an account's idempotency key of the last 24 hours stands for. A key is as old as its entry. */
export async function findByIdempotencyKey(
  pool: Pool,
  account: number,
  key: string,
): Promise<{ digest: string; entry: Entry } | undefined> {
  const [row] = await pool.read(
    (sql) => sql<(EntryRow & { digest: string })[]>`
      SELECT known.digest, ${sql.unsafe(entryColumns)}
      FROM (
        SELECT entry_id, digest FROM idempotency_keys
        WHERE account_id = ${account} AND key = ${key} LIMIT 1
      ) AS known CROSS JOIN LATERAL (
        SELECT * FROM entries
        WHERE entries.id = known.entry_id AND entries.sent_at >= obrol_now() - 86400000 LIMIT 1
      ) AS entries ${sql.unsafe(usernameJoins)}`,
  )
  return row && { digest: row.digest, entry: toEntry(row) }
}
