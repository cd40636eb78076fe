import type { Pool } from './pool.ts'

/** One small step of housekeeping. @returns whether another step would find work */
export async function sweepStep(pool: Pool, before: number | undefined): Promise<boolean> {
  const [row] = await pool.write(
    (sql) => sql<{ more: boolean }[]>`SELECT obrol_sweep(${before ?? null}::bigint) AS more`,
  )
  return (row as { more: boolean }).more
}
