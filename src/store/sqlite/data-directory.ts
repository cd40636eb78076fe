import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { StartError } from '../start-error.ts'

/** The files of a data folder. All of them are for their owner alone. */
export function dataFiles(folder: string) {
  return {
    database: join(folder, 'obrol.db'),
    lock: join(folder, 'obrol.lock'),
    key: join(folder, 'jwt.key'),
  }
}

export interface DataDirectoryLock {
  release(): void
}

/**
 * Takes a data folder for this process, making it where it is not there. The lock is SQLite's on
 * a side file, which the kernel drops when the process dies, however it dies.
 *
 * @throws {StartError} at once where another process has it, or where it cannot be used
 */
export function lockDataDirectory(folder: string): DataDirectoryLock {
  const { lock } = dataFiles(folder)
  let connection: Database.Database | undefined
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    assertPrivate(folder)
    createPrivateFile(lock)
    connection = new Database(lock, { timeout: 0 })
    // Nothing is ever written to it, so it needs no journal beside it.
    connection.pragma('journal_mode = MEMORY')
    connection.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    connection?.close()
    if (error instanceof StartError) throw error
    const { code, message } = error as Error & { code: string }
    throw new StartError(
      code === 'SQLITE_BUSY'
        ? `The data folder ${folder} is already served by another process`
        : `The data folder ${folder} cannot be used: ${message}`,
      { cause: error },
    )
  }
  const held = connection
  return { release: () => held.close() }
}

/** Makes an empty file of mode 0600 unless there is one. SQLite gives its side files the same mode. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
}

/**
 * Makes an empty file of mode 0600 in place of what has that name. It is never one that was there
 * before, nor what a link leads to, which would belong to someone else.
 */
export function recreatePrivateFile(file: string): void {
  rmSync(file, { force: true })
  closeSync(openSync(file, 'wx', 0o600))
}

/**
 * Refuses a folder or file that another account may read or write: it holds people's messages and
 * the key that speaks for all of them. Windows has no such modes.
 *
 * @throws {StartError}
 */
export function assertPrivate(path: string, platform = process.platform): void {
  const mode = statSync(path).mode & 0o777
  if (platform === 'win32' || (mode & 0o077) === 0) return
  throw new StartError(
    `${path} is open to other accounts (mode ${mode.toString(8)}): close it with chmod go= ${path}`,
  )
}

/** Makes what was written to a file durable. */
export function fsyncFile(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Makes the name of a file durable: a rename is on the disk when its folder is. */
export function fsyncParentDirectory(file: string): void {
  fsyncFile(dirname(file))
}
