import { closeSync, openSync, rmSync, statSync } from 'node:fs'
import { StartError } from '../start-error.ts'

/** Makes an empty file of mode 0600 unless there is one. SQLite gives its side files the same mode. */
export function createPrivateFile(file: string): void {
  closeSync(openSync(file, 'a', 0o600))
}

/**
 * Replaces a file by a new empty one of mode 0600. It never writes to the old file or to the target
 * of a link, which may belong to someone else.
 */
export function recreatePrivateFile(file: string): void {
  rmSync(file, { force: true })
  closeSync(openSync(file, 'wx', 0o600))
}

/**
 * Refuses a folder or file that another account of the system may read or write: it holds people's
 * messages and the key that signs their tokens. Windows has no such modes.
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
