import { randomInt } from 'node:crypto'

/** The most that `randomInt` takes. */
const LIMIT = 2 ** 48 - 1

/**
 * Ids of sessions are random: a token for a session that was lost when a backup was restored must
 * never be good for the session that would otherwise get the same number.
 */
export function newSessionId(): number {
  return randomInt(1, LIMIT)
}
