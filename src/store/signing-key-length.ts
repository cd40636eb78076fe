import { StartError } from './start-error.ts'

export const NEW_KEY_BYTES = 48
/** RFC 7518, section 3.2: an HS256 key is at least as long as its hash. */
export const MIN_KEY_BYTES = 32

/** @throws {StartError} if the key is too short to sign with */
export function assertKeyLength(key: Uint8Array, problem: string): void {
  if (key.length < MIN_KEY_BYTES) throw new StartError(problem)
}
