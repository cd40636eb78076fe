import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  writeSync,
} from 'node:fs'
import Database from 'better-sqlite3'
import { extractBackupKey } from '../store/sqlite/backup-signing-key.ts'
import { dataFiles, lockDataDirectory } from '../store/sqlite/data-directory.ts'
import { checkDatabase } from '../store/sqlite/migrate.ts'
import { recreatePrivateFile } from '../store/sqlite/private-files.ts'
import { removeDatabase, replaceDatabase } from '../store/sqlite/replace-database.ts'
import { writeSigningKey } from '../store/sqlite/signing-key.ts'
import { StartError, toStartError } from '../store/start-error.ts'
import { type Output, Progress } from './progress.ts'

const MEGABYTE = 1_000_000
const CHUNK_BYTES = 4 * 1024 * 1024

/**
 * `obrol restore FILE`: replaces the database and signing key of a stopped server by those of a
 * backup. Nothing changes before the backup has been checked.
 *
 * @param output gets the progress
 * @throws {StartError}
 */
export async function restore(
  folder: string,
  file: string,
  output: Output = process.stderr,
): Promise<void> {
  assertReadable(file)
  const lock = lockDataDirectory(folder)
  const { database, key } = dataFiles(folder)
  const fresh = `${database}.new`
  const progress = new Progress(output)
  try {
    rejectLiveDatabase(file, database)
    removeDatabase(fresh)
    copy(file, fresh, progress)
    progress.announce('checking the backup')
    checkIntegrity(fresh, file)
    const signingKey = extractBackupKey(fresh)
    replaceDatabase(database, fresh, () => signingKey && writeSigningKey(key, signingKey))
  } catch (error) {
    throw toStartError(error, `${file} cannot be restored`)
  } finally {
    progress.end()
    removeDatabase(fresh)
    lock.release()
  }
}

/** Comes first, so that a mistyped name leaves no new data folder behind. @throws {StartError} */
function assertReadable(file: string): void {
  try {
    closeSync(openSync(file, 'r'))
  } catch (error) {
    throw toStartError(error, `${file} cannot be restored`)
  }
}

/**
 * Refuses a database that a server is using: its newest commits lie in the log beside it, and would
 * be lost.
 *
 * @throws {StartError}
 */
function rejectLiveDatabase(file: string, database: string): void {
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

/** Copies a file into a new one of mode 0600. */
function copy(from: string, to: string, progress: Progress): void {
  const source = openSync(from, 'r')
  try {
    recreatePrivateFile(to)
    const target = openSync(to, 'r+')
    try {
      const all = inMegabytes(fstatSync(source).size)
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      let copied = 0
      for (let read = readSync(source, chunk); read > 0; read = readSync(source, chunk)) {
        for (let written = 0; written < read; )
          written += writeSync(target, chunk, written, read - written)
        copied += read
        progress.report({ step: 'copied', done: inMegabytes(copied), all, unit: 'MB' })
      }
    } finally {
      closeSync(target)
    }
  } finally {
    closeSync(source)
  }
}

/** Rounded up, so that no file has 0. */
function inMegabytes(bytes: number): number {
  return Math.ceil(bytes / MEGABYTE)
}

/** Checks the copy, since the file may change after a check. @throws {StartError} */
function checkIntegrity(copy: string, file: string): void {
  const connection = new Database(copy, { fileMustExist: true })
  try {
    checkDatabase(connection, file)
    const found = connection.pragma('integrity_check', { simple: true })
    if (found !== 'ok') throw new StartError(`${file} is damaged: ${String(found).split('\n')[0]}`)
  } finally {
    connection.close()
  }
}
