import { type EntryRow, toEntry } from '../../entry-row.ts'
import type { Entry } from '../../store.ts'
import type { Pool } from '../pool.ts'
import { entryColumns, entryTables } from './rows.ts'

/** What an account's idempotency key of the last 24 hours stands for. A key is as old as its entry. */
export async function keyedEntry(
  pool: Pool,
  account: number,
  key: string,
): Promise<{ digest: string; entry: Entry } | undefined> {
  const [row] = await pool.read(
    (sql) => sql<(EntryRow & { digest: string })[]>`
      SELECT digest, ${sql.unsafe(entryColumns)}
      FROM ${sql.unsafe(entryTables)}
      JOIN idempotency_keys ON idempotency_keys.entry_id = entries.id
      WHERE idempotency_keys.account_id = ${account} AND idempotency_keys.key = ${key}
        AND entries.sent_at >= obrol_now() - 86400000`,
  )
  return row && { digest: row.digest, entry: toEntry(row) }
}
