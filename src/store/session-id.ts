import { randomInt } from 'node:crypto'

/**
 * Whole numbers below this are kept as they are by V8; a larger one is an object of its own, which
 * each look-up by it has to fetch.
 */
const idLimit = 2 ** 31

/**
 * Ids of sessions are random: a token for a session that was lost when a backup was restored should
 * not meet the session that would otherwise get the same number. Who gives one makes sure that it is
 * free.
 *
 * @returns 1 to 2^31 - 1
 */
export function newSessionId(): number {
  return randomInt(1, idLimit)
}
