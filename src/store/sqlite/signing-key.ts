import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { assertKeyLength, NEW_KEY_BYTES } from '../signing-key-length.ts'
import { fsyncFile, fsyncParentDirectory } from './fsync.ts'
import { assertPrivate, recreatePrivateFile } from './private-files.ts'

/**
 * Undefined where there is no file.
 *
 * @throws {StartError} where it holds no key, or other accounts of the system may read it
 */
export function readSigningKey(file: string): Buffer | undefined {
  if (!existsSync(file)) return undefined
  assertPrivate(file)
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')
  assertKeyLength(key, `The signing key in ${file} is damaged: restore it or delete the file`)
  return key
}

/** Replaces the key. After a crash the file holds either the old key or the new one. */
export function writeSigningKey(file: string, key: Uint8Array): void {
  const replacement = `${file}.new`
  recreatePrivateFile(replacement)
  writeFileSync(replacement, `${Buffer.from(key).toString('base64')}\n`)
  fsyncFile(replacement)
  renameSync(replacement, file)
  fsyncParentDirectory(file)
}

export function loadOrCreateSigningKey(file: string): Buffer {
  const existing = readSigningKey(file)
  if (existing) return existing
  const key = randomBytes(NEW_KEY_BYTES)
  writeSigningKey(file, key)
  return key
}
