import { chmodSync, copyFileSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { filesOf, lockFolder, syncFile, syncFolderOf } from '../store/sqlite/folder.ts'
import { takeKeyOut } from '../store/sqlite/key-inside.ts'
import { checkDatabase } from '../store/sqlite/migrate.ts'
import { writeKey } from '../store/sqlite/signing-key.ts'
import { StartError } from '../store/store.ts'

/**
 * `obrol restore FILE`: puts a backup in the place of what a stopped server's data folder holds.
 * Until the backup has proved sound, nothing in the folder changes.
 *
 * @throws {StartError} one line for the person at the terminal
 */
export async function restore(folder: string, file: string): Promise<void> {
  const lock = lockFolder(folder)
  const { database, key } = filesOf(folder)
  const fresh = `${database}.new`
  try {
    copyFileSync(file, fresh)
    chmodSync(fresh, 0o600)
    check(fresh, file)
    const signingKey = takeKeyOut(fresh)
    syncFile(fresh)
    if (signingKey) writeKey(key, signingKey)
    // What they hold belongs to the database that goes, and would be written into the new one.
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
    syncFolderOf(database)
    renameSync(fresh, database)
    syncFolderOf(database)
  } catch (error) {
    if (error instanceof StartError) throw error
    throw new StartError(`${file} cannot be restored: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(fresh + suffix, { force: true })
    lock.release()
  }
}

/** Looks at the copy, so that what was looked at is what is used. @throws {StartError} */
function check(copy: string, file: string): void {
  const connection = new Database(copy, { fileMustExist: true })
  try {
    checkDatabase(connection, file)
    const found = connection.pragma('integrity_check', { simple: true })
    if (found !== 'ok') throw new StartError(`${file} is damaged: ${found}`)
  } finally {
    connection.close()
  }
}
