import { existsSync, statSync } from 'node:fs'
import { connect } from '../store/sqlite/connection.ts'
import {
  dataFiles,
  lockDataDirectory,
  recreatePrivateFile,
} from '../store/sqlite/data-directory.ts'
import { checkDatabase } from '../store/sqlite/migrate.ts'
import { removeDatabase, replaceDatabase } from '../store/sqlite/replace-database.ts'
import { StartError } from '../store/start-error.ts'

/** How many bytes the database had, and has. */
export interface CompactResult {
  before: number
  after: number
}

/**
 * `obrol compact`: gives the room that trimmed history left in a stopped server's database back to
 * the disk. Needs as much free disk as the database will have; a run that fails or is stopped
 * changes nothing.
 *
 * @throws {StartError} one line for the person at the terminal
 */
export async function compact(folder: string): Promise<CompactResult> {
  const { database } = dataFiles(folder)
  if (!existsSync(database)) throw new StartError(`There is no database in ${folder}`)
  const lock = lockDataDirectory(folder)
  const fresh = `${database}.new`
  const before = statSync(database).size
  try {
    removeDatabase(fresh)
    recreatePrivateFile(fresh)
    const connection = connect(database)
    try {
      checkDatabase(connection, database)
      connection.prepare('VACUUM INTO ?').run(fresh)
    } finally {
      connection.close()
    }
    replaceDatabase(database, fresh)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`${database} cannot be compacted: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    removeDatabase(fresh)
    lock.release()
  }
  return { before, after: statSync(database).size }
}
