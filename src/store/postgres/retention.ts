import type { Pool } from './pool.ts'

/** Whether more than a tenth of the log was sent before `before`, in Unix ms. */
export async function wouldDeleteOverTenth(pool: Pool, before: number): Promise<boolean> {
  // Ids have no gaps, and the newest entry is never deleted.
  const [row] = await pool.read(
    (sql) => sql<{ drops: boolean }[]>`
      SELECT EXISTS (
        SELECT FROM entries, (SELECT up_to + 1 AS oldest FROM trimmed) AS first,
          (SELECT max(id) AS head FROM entries) AS last
        WHERE id = oldest + (head - oldest) / 10 AND id < head AND sent_at < ${before}) AS drops`,
  )
  return (row as { drops: boolean }).drops
}

/** One step of `RetentionStore.deleteExpired`. @returns whether another step would find something to delete */
export async function deleteExpiredStep(pool: Pool, before: number | undefined): Promise<boolean> {
  const [row] = await pool.write(
    (sql) => sql<{ more: boolean }[]>`
SELECT obrol_sweep(${before ?? null}::bigint) AS more`,
  )
  return (row as { more: boolean }).more
}

/** One step of `RetentionStore.deleteRecords`. @returns whether another step may find something to delete */
export async function deleteRecordsStep(pool: Pool, before: number | undefined): Promise<boolean> {
  const [row] = await pool.write(
    (sql) => sql<{ more: boolean }[]>`
      SELECT obrol_sweep_records(${before ?? null}::bigint) AS more`,
  )
  return (row as { more: boolean }).more
}

/** @returns whether another step would find messages of deleted rooms to blank */
export async function eraseDeletedStep(pool: Pool): Promise<boolean> {
  const [row] = await pool.write((sql) => sql<{ more: boolean }[]>`SELECT obrol_blank() AS more`)
  return (row as { more: boolean }).more
}
