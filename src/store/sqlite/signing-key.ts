import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { StartError } from '../start-error.ts'
import {
  assertPrivate,
  fsyncFile,
  fsyncParentDirectory,
  recreatePrivateFile,
} from './data-directory.ts'

const NEW_KEY_BYTES = 48
/** RFC 7518, section 3.2: an HS256 key is at least as long as its hash. */
const MIN_KEY_BYTES = 32

/**
 * The key in a file, or undefined where there is no file.
 *
 * @throws {StartError} where it is none, or other accounts may read it
 */
export function readSigningKey(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined
  assertPrivate(file)
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  if (key.length < MIN_KEY_BYTES) {
    throw new StartError(`The signing key in ${file} is damaged: restore it or delete the file`)
  }
  return key
}

/** Puts a key in place of what was there, whole or not at all. */
export function writeSigningKey(file: string, key: Uint8Array): void {
  const replacement = `${file}.new`
  recreatePrivateFile(replacement)
  writeFileSync(replacement, `${Buffer.from(key).toString('base64')}\n`)
  fsyncFile(replacement)
  renameSync(replacement, file)
  fsyncParentDirectory(file)
}

/** The key in a file, made at the first call. */
export function loadOrCreateSigningKey(file: string): Buffer {
  const existing = readSigningKey(file)
  if (existing) return existing
  const key = randomBytes(NEW_KEY_BYTES)
  writeSigningKey(file, key)
  return key
}
