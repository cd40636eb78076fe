import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { connect } from './connection.ts'
import { fsyncFile, fsyncParentDirectory } from './fsync.ts'
import { checkDatabase } from './migrate.ts'
import { recreatePrivateFile } from './private-files.ts'

/**
 * Writes a copy of a database, without unused pages, to a new file. A server may be using the
 * database: `VACUUM INTO` reads one snapshot, where SQLite's backup would begin again at each write.
 *
 * @throws {StartError} where it is not a database that this version can read
 */
export function vacuumInto(file: string, database: string): void {
  recreatePrivateFile(file)
  const connection = connect(database, { readonly: true })
  try {
    checkDatabase(connection, database)
    connection.prepare('VACUUM INTO ?').run(file)
  } finally {
    connection.close()
  }
}

/**
 * Puts a database in the place of another, in a folder that this process has locked. After a crash at
 * any point the folder holds either the old database or the new one.
 *
 * @param beforeReplace writes what must be on the disk before the new one counts
 */
export function replaceDatabase(
  database: string,
  replacement: string,
  beforeReplace = () => {},
): void {
  fsyncFile(replacement)
  beforeReplace()
  checkpointLog(database)
  // SQLite would apply the old database's log to the new database.
  for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
  fsyncParentDirectory(database)
  renameSync(replacement, database)
  fsyncParentDirectory(database)
}

/** Removes a database that is not used, with the files that SQLite puts beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}

/** Brings the old database's log into it, so that it is whole. A damaged one is left as it is. */
function checkpointLog(database: string): void {
  if (!existsSync(database)) return
  try {
    const connection = new Database(database)
    connection.pragma('wal_checkpoint(TRUNCATE)')
    connection.close()
  } catch {}
}
