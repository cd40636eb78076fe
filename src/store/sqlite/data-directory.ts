import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError, toStartError } from '../start-error.ts'
import { assertPrivate, createPrivateFile } from './private-files.ts'

/** The files of a data folder. All of them are for their owner alone. */
export function dataFiles(folder: string) {
  return {
    database: join(folder, 'obrol.db'),
    lock: join(folder, 'obrol.lock'),
    key: join(folder, 'jwt.key'),
  }
}

/** @throws {StartError} where the folder holds no database */
export function existingDatabase(folder: string): string {
  const { database } = dataFiles(folder)
  if (!existsSync(database)) throw new StartError(`There is no database in ${folder}`)
  return database
}

export interface DataDirectoryLock {
  release(): void
}

/**
 * Locks a data folder for this process, and makes the folder if it is missing. The lock is SQLite's
 * on a side file: the kernel drops it when the process dies, however it dies.
 *
 * @throws {StartError} at once where another process has it, or where it cannot be used
 */
export function lockDataDirectory(folder: string): DataDirectoryLock {
  const { lock } = dataFiles(folder)
  let connection: Database.Database | undefined
  try {
    makeDirectory(folder)
    assertPrivate(folder)
    createPrivateFile(lock)
    connection = new Database(lock, { timeout: 0 })
    // Nothing is ever written to it, so it needs no journal beside it.
    connection.pragma('journal_mode = MEMORY')
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection?.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') {
      throw toStartError(error, `The data folder ${folder} cannot be used`)
    }
    throw new StartError(`The data folder ${folder} is already served by another process`, {
      cause: error,
    })
  }
  const held = connection
  return { release: () => held.close() }
}

/** Node's recursive mkdir never returns where mkdir says ENOENT below a folder that exists, as in /proc. */
function makeDirectory(folder: string): void {
  if (isDirectory(folder)) return
  makeDirectory(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile, and a path that ends with `.` is there already.
    if (!isDirectory(folder)) throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
