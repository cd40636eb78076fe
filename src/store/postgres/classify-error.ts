import postgres from 'postgres'
import { OutcomeUnknown, Unavailable } from '../store.ts'

/**
 * Classes of SQLSTATE that blame what was asked, not the database: one bad row must not look like
 * a store that is down. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const requestErrorClasses = new Set(['0A', '22', '23', '42', 'P0'])

/**
 * What a failure means to those who asked. An error that the server tells is told before any
 * commit: nothing was done. A connection that broke may have lost the answer to what was done.
 *
 * @param outcomeUnknown whether it was a write, and had been sent
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

/** In one line. An error of several addresses of one host has a code alone. */
export function describeError({ message, code }: Error & { code?: string }): string {
  return [message, code && `(${code})`].filter(Boolean).join(' ')
}
