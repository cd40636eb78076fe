import { randomBytes } from 'node:crypto'
import { StartError } from '../store.ts'
import type { Pool } from './pool.ts'

const KEY_BYTES = 48
/** RFC 7518, section 3.2: an HS256 key is at least as long as its hash. */
const LEAST_BYTES = 32

/** What the key is read as: no setting changes how it is written. */
export const keyInHex = "encode(key, 'hex')"

/**
 * The one key of all nodes, made by the first that asks.
 *
 * @throws {StartError} where what is kept is none
 */
export async function signingKeyIn(pool: Pool): Promise<Uint8Array> {
  const made = randomBytes(KEY_BYTES).toString('hex')
  await pool.write(
    (sql) => sql`
      INSERT INTO signing_key (key) VALUES (decode(${made}, 'hex')) ON CONFLICT DO NOTHING`,
  )
  const [row] = await pool.read(
    (sql) => sql<{ key: string }[]>`SELECT ${sql.unsafe(keyInHex)} AS key FROM signing_key`,
  )
  return keyOf((row as { key: string }).key)
}

/** @throws {StartError} where it is too short to sign with */
export function keyOf(hex: string): Buffer {
  const key = Buffer.from(hex, 'hex')
  if (key.length < LEAST_BYTES) {
    throw new StartError(
      `The signing key in the database has ${key.length} bytes, and ${LEAST_BYTES} are needed: ` +
        'restore it, or empty the table signing_key, which ends every session',
    )
  }
  return key
}
