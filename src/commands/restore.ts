import {
  chmodSync,
  copyFileSync,
  existsSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
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
    refuseLive(file, database)
    copyFileSync(file, fresh)
    chmodSync(fresh, 0o600)
    check(fresh, file)
    const signingKey = takeKeyOut(fresh)
    syncFile(fresh)
    if (signingKey) writeKey(key, signingKey)
    foldLog(database)
    // What is left of them belongs to the database that goes, and would be written into the new one.
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

/**
 * Refuses a database in use, whose newest commits lie in the log beside it and would be lost.
 *
 * @throws {StartError}
 */
function refuseLive(file: string, database: string): void {
  if (existsSync(database) && realpathSync(file) === realpathSync(database)) {
    throw new StartError(
      `${file} is the database of this folder itself: there is nothing to restore`,
    )
  }
  const log = `${file}-wal`
  if (existsSync(log) && statSync(log).size > 0) {
    throw new StartError(
      `${file} is no backup: ${log} holds a part of it. Make one with obrol backup`,
    )
  }
}

/**
 * Brings the old database's log into it, so that whatever happens from here on, the folder holds
 * the old log whole or the new one. A database that is too damaged for that may go as it is.
 */
function foldLog(database: string): void {
  if (!existsSync(database)) return
  try {
    const connection = new Database(database)
    connection.pragma('wal_checkpoint(TRUNCATE)')
    connection.close()
  } catch {}
}

/** Looks at the copy, so that what was looked at is what is used. @throws {StartError} */
function check(copy: string, file: string): void {
  const connection = new Database(copy, { fileMustExist: true })
  try {
    checkDatabase(connection, file)
    const found = connection.pragma('integrity_check', { simple: true })
    if (found !== 'ok') throw new StartError(`${file} is damaged: ${String(found).split('\n')[0]}`)
  } finally {
    connection.close()
  }
}
