import type { Pool } from './pool.ts'

/** Adds the epoch of this life of the database, unless it is there. */
export async function beginEpoch(pool: Pool): Promise<void> {
  await pool.write((sql) => sql`SELECT obrol_begin_epoch()`)
}
