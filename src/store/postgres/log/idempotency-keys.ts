import type { MessageEntry } from '../../message-log.ts'
import { toMessage } from '../../rows.ts'
import type { Pool } from '../pool.ts'
import { type EntryAndRoomRow, entryColumns, entryJoins } from './entry-query.ts'

/** The message of an account's idempotency key, unless it is older than 24 hours. */
export async function findByIdempotencyKey(
  pool: Pool,
  account: number,
  key: string,
): Promise<{ digest: string; entry: MessageEntry } | undefined> {
  const [row] = await pool.read(
    (sql) => sql<(EntryAndRoomRow & { digest: string })[]>`
      SELECT known.digest, ${sql.unsafe(entryColumns)}
      FROM (
        SELECT entry_id, digest FROM idempotency_keys
        WHERE account_id = ${account} AND key = ${key} LIMIT 1
      ) AS known CROSS JOIN LATERAL (
        SELECT * FROM entries
        WHERE entries.id = known.entry_id AND entries.kind = 'message'
          AND entries.sent_at >= obrol_now() - 86400000 LIMIT 1
      ) AS entries ${sql.unsafe(entryJoins())}`,
  )
  return row && { digest: row.digest, entry: toMessage(row, row.room) }
}
