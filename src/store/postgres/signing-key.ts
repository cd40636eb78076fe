import { randomBytes } from 'node:crypto'
import { StartError } from '../start-error.ts'
import type { Pool } from './pool.ts'

const NEW_KEY_BYTES = 48
/** RFC 7518, section 3.2: an HS256 key is at least as long as its hash. */
const MIN_KEY_BYTES = 32

/** What the key is read as: no setting changes how it is written. */
export const keyAsHex = "encode(key, 'hex')"

/**
 * The one key of all nodes, made by the first that asks.
 *
 * @throws {StartError} where what is kept is none
 */
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

/** @throws {StartError} where it is too short to sign with */
export function parseSigningKey(hex: string): Buffer {
  const key = Buffer.from(hex, 'hex')
  if (key.length < MIN_KEY_BYTES) {
    throw new StartError(
      `The signing key in the database has ${key.length} bytes, and ${MIN_KEY_BYTES} are needed: ` +
        'restore it, or empty the table signing_key, which ends every session',
    )
  }
  return key
}
