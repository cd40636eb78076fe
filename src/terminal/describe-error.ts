import { ObrolError } from '../client/index.ts'

/** How a command, or all of them, ended. The highest of several counts. */
export const exitStatus = {
  done: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
} as const

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus]

/** What was refused, in words, and the exit status that it makes. */
export interface ErrorDescription {
  message: string
  exitStatus: ExitStatus
}

/** What was typed is no command, or not all of one; the message says what would be. */
export class UsageError extends Error {}

/** Codes with which the server was not reached, or could not do it for now. */
const unreachableCodes = new Set([
  'network',
  'timeout',
  'bad-answer',
  'unavailable',
  'outcome-unknown',
])

/**
 * Why what was typed could not be done.
 *
 * @param name whom it was about
 * @throws what is a fault of our own
 */
export function describeError(error: unknown, name = ''): ErrorDescription {
  if (error instanceof UsageError) return { message: error.message, exitStatus: exitStatus.refused }
  if (!(error instanceof ObrolError)) throw error
  if (unreachableCodes.has(error.code))
    return {
      message: `cannot reach the server: ${rootMessage(error)}`,
      exitStatus: exitStatus.unreachable,
    }
  return { message: messageFor(error, name), exitStatus: exitStatus.refused }
}

function messageFor(error: ObrolError, name: string): string {
  switch (error.code) {
    case 'username-taken':
      return `${name} is already taken: ${error.message}`
    case 'unknown-user':
    case 'unknown-recipient':
      return `unknown user ${name}`
    case 'wrong-password':
      return 'wrong password'
    case 'wrong-credentials':
      return 'wrong name or password'
    case 'registration-closed':
      return 'this server takes no new names'
    case 'recipient-offline':
      return `${name} is not online`
    case 'unauthorized':
      return 'your session is over: log in again'
    case 'too-many-requests':
      return `too fast: try again in ${Math.ceil((error.retryAfterMs ?? 1000) / 1000)} s`
    default:
      return error.message
  }
}

/** What is at the bottom of it: `fetch failed` alone helps nobody. */
function rootMessage(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message ? rootMessage(cause) : error.message
}
