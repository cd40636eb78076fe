import postgres from 'postgres'
import { OutcomeUnknown, Unavailable } from '../store-errors.ts'

/**
 * Classes of SQLSTATE that blame the statement, not the database: one bad row must not look like a
 * store that is down. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const requestErrorClasses = new Set(['0A', '22', '23', '42', 'P0'])

/**
 * Turns an error of the driver into one of the store. The server reports an error before any commit,
 * so nothing was written. A broken connection may have lost the answer to a write that was done.
 *
 * @param outcomeUnknown whether a write had been sent
 */
export function classifyError(error: unknown, outcomeUnknown: boolean): unknown {
  if (error instanceof postgres.PostgresError) {
    if (requestErrorClasses.has(error.code.slice(0, 2))) return error
    return new Unavailable(`PostgreSQL is not available: ${describeError(error)}`, { cause: error })
  }
  const message = `PostgreSQL could not be reached: ${describeError(error as Error)}`
  return outcomeUnknown
    ? new OutcomeUnknown(message, { cause: error })
    : new Unavailable(message, { cause: error })
}

/**
 * In one line. If a host has several addresses, the error has a code and no message. Messages of the
 * driver and of PostgreSQL may name hosts and roles, but never a password.
 */
export function describeError({ message, code }: Error & { code?: string }): string {
  return [message, code && `(${code})`].filter(Boolean).join(' ')
}
