import { statSync } from 'node:fs'
import { existingDatabase, lockDataDirectory } from '../store/sqlite/data-directory.ts'
import { removeDatabase, replaceDatabase, vacuumInto } from '../store/sqlite/replace-database.ts'
import { toStartError } from '../store/start-error.ts'

/** Bytes of the database before and after. */
export interface CompactResult {
  before: number
  after: number
}

/**
 * `obrol compact`: returns the pages that deleted messages have left in a stopped server's database
 * to the disk. Needs as much free disk as the database will take. A run that fails or is stopped
 * changes nothing.
 *
 * @throws {StartError}
 */
export async function compact(folder: string): Promise<CompactResult> {
  const database = existingDatabase(folder)
  const lock = lockDataDirectory(folder)
  const fresh = `${database}.new`
  const before = statSync(database).size
  try {
    removeDatabase(fresh)
    vacuumInto(fresh, database)
    replaceDatabase(database, fresh)
  } catch (error) {
    throw toStartError(error, `${database} cannot be compacted`)
  } finally {
    removeDatabase(fresh)
    lock.release()
  }
  return { before, after: statSync(database).size }
}
