import { randomBytes, randomInt } from 'node:crypto'

/**
 * Without a bound, repeated logins could fill the store. For one more session the store ends the
 * oldest one that is not present.
 */
export const MAX_SESSIONS_PER_ACCOUNT = 100

/** V8 keeps whole numbers below this in place; a larger one is an object that each look-up fetches. */
const ID_LIMIT = 2 ** 31

/**
 * Ids of sessions are random: after a backup was restored, the token of a lost session must not fit
 * the session that would otherwise get the same number. The caller makes sure that the id is free.
 *
 * @returns 1 to 2^31 - 1
 */
export function newSessionId(): number {
  return randomInt(1, ID_LIMIT)
}

/** A random value of 72 bits, which no other session has. */
export function newNonce(): string {
  return randomBytes(9).toString('base64url')
}
