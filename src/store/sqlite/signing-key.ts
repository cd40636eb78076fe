import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { StartError } from '../store.ts'
import { createAnew, refuseShared, syncFile, syncFolderOf } from './folder.ts'

const KEY_BYTES = 48
/** RFC 7518, section 3.2: an HS256 key is at least as long as its hash. */
const LEAST_BYTES = 32

/**
 * The key in a file, or undefined where there is no file.
 *
 * @throws {StartError} where it is none, or other accounts may read it
 */
export function readKey(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined
  refuseShared(file)
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length < LEAST_BYTES) {
    throw new StartError(`The signing key in ${file} is damaged: restore it or delete the file`)
  }
  return key
}

/** Puts a key in place of what was there, whole or not at all. */
export function writeKey(file: string, key: Uint8Array): void {
  const fresh = `${file}.new`
  createAnew(fresh)
  writeFileSync(fresh, `${Buffer.from(key).toString('base64')}\n`)
  syncFile(fresh)
  renameSync(fresh, file)
  syncFolderOf(file)
}

/** The key in a file, made at the first call. */
export function keyIn(file: string): Buffer {
  const kept = readKey(file)
  if (kept) return kept
  const key = randomBytes(KEY_BYTES)
  writeKey(file, key)
  return key
}
