import { randomBytes } from 'node:crypto'
import type { Pool } from './pool.ts'

const KEY_BYTES = 48

/** The one key of all nodes, made by the first that asks. */
export async function signingKeyIn(pool: Pool): Promise<Uint8Array> {
  await pool.write(
    (sql) => sql`
      INSERT INTO signing_key (key) VALUES (${randomBytes(KEY_BYTES)}) ON CONFLICT DO NOTHING`,
  )
  const [row] = await pool.read((sql) => sql<{ key: Buffer }[]>`SELECT key FROM signing_key`)
  return (row as { key: Buffer }).key
}
