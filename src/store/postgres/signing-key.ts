import { randomBytes } from 'node:crypto'
import { assertKeyLength, MIN_KEY_BYTES, NEW_KEY_BYTES } from '../signing-key-length.ts'
import type { Pool } from './pool.ts'

/** How a query reads the key: as hex, since a setting decides how bytes are written. */
export const keyAsHex = "encode(key, 'hex')"

/** The key that all nodes share. The first node creates it. @throws {StartError} if it is too short */
export async function loadOrCreateSigningKey(pool: Pool): Promise<Uint8Array> {
  const candidate = randomBytes(NEW_KEY_BYTES).toString('hex')
  await pool.write(
    (sql) => sql`
      INSERT INTO signing_key (key) VALUES (decode(${candidate}, 'hex')) ON CONFLICT DO NOTHING`,
  )
  const [row] = await pool.read(
    (sql) => sql<{ key: string }[]>`SELECT ${sql.unsafe(keyAsHex)} AS key FROM signing_key`,
  )
  return parseSigningKey((row as { key: string }).key)
}

/** @throws {StartError} if it is too short to sign with */
export function parseSigningKey(hex: string): Buffer {
  const key = Buffer.from(hex, 'hex')
  assertKeyLength(
    key,
    `The signing key in the database has ${key.length} bytes, and ${MIN_KEY_BYTES} are needed: ` +
      'restore it, or empty the table signing_key, which ends every session',
  )
  return key
}
