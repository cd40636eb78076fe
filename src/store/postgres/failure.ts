import postgres from 'postgres'
import { OutcomeUnknown, Unavailable } from '../store.ts'

/**
 * Classes of SQLSTATE that blame what was asked, not the database: one bad row must not look like
 * a store that is down. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const faultsOfTheRequest = new Set(['0A', '22', '23', '42', 'P0'])

/**
 * What a failure means to those who asked. An error that the server tells is told before any
 * commit: nothing was done. A connection that broke may have lost the answer to what was done.
 *
 * @param doubtful whether it was a write, and had been sent
 */
export function failureOf(error: unknown, doubtful: boolean): unknown {
  if (error instanceof postgres.PostgresError) {
    if (faultsOfTheRequest.has(error.code.slice(0, 2))) return error
    return new Unavailable(`PostgreSQL is not available: ${describe(error)}`, { cause: error })
  }
  const message = `PostgreSQL could not be reached: ${describe(error as Error)}`
  return doubtful
    ? new OutcomeUnknown(message, { cause: error })
    : new Unavailable(message, { cause: error })
}

/** In one line. An error of several addresses of one host has a code alone. */
export function describe({ message, code }: Error & { code?: string }): string {
  return [message, code && `(${code})`].filter(Boolean).join(' ')
}
