import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { Test } from 'tap'
import type { Site } from './site.ts'

/**
 * Takes the database's write lock, so that the server's writer waits (2 s at most, see connect)
 * and what arrives gathers behind it. Answers how to let go.
 */
export function holdWrites(t: Test, site: Site): () => void {
  const holder = new Database(join(site.folder, 'obrol.db'))
  t.teardown(() => holder.close())
  holder.exec('BEGIN IMMEDIATE')
  return () => holder.exec('ROLLBACK')
}

/** What was sent before has been read by the server: it has answered, in turn, what came after. */
export async function arrived(site: Site): Promise<void> {
  for (let round = 0; round < 5; round++) await site.call('GET', '/healthz')
}
