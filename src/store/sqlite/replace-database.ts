import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fsyncFile, fsyncParentDirectory } from './data-directory.ts'

/**
 * Puts a whole database in the place of another, whose folder this process holds. Whatever happens
 * meanwhile, the folder holds the old database whole or the new one.
 *
 * @param beforeReplace what must be on the disk before the new one counts
 */
export function replaceDatabase(
  database: string,
  replacement: string,
  beforeReplace = () => {},
): void {
  fsyncFile(replacement)
  beforeReplace()
  checkpointLog(database)
  // What is left of them belongs to the database that goes, and would be written into the new one.
  for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
  fsyncParentDirectory(database)
  renameSync(replacement, database)
  fsyncParentDirectory(database)
}

/** Removes a database that is not to be used, with the files SQLite puts beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** Brings the old database's log into it. One that is too damaged for that may go as it is. */
function checkpointLog(database: string): void {
  if (!existsSync(database)) return
  try {
    const connection = new Database(database)
    connection.pragma('wal_checkpoint(TRUNCATE)')
    connection.close()
  } catch {}
}
