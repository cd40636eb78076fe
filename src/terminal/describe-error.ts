import { ObrolError } from '../client/index.ts'
import { UsageError } from './commands.ts'
import { type ExitStatus, exitStatus } from './exit-status.ts'
import { formatError } from './format.ts'
import type { View } from './view.ts'

export interface ErrorDescription {
  message: string
  exitStatus: ExitStatus
}

/** The server was not reached, or cannot answer for now. */
const unreachableCodes = new Set([
  'network',
  'timeout',
  'bad-answer',
  'unavailable',
  'outcome-unknown',
])

/**
 * Shows why a command failed, unless the user aborted it.
 *
 * @param name the user or room that the command was about
 * @returns the exit status of the failure
 * @throws any error that is a bug of this program
 */
export function showFailure(view: View, error: unknown, name?: string): ExitStatus {
  if (error instanceof ObrolError && error.code === 'aborted') return exitStatus.done
  const described = describeError(error, name)
  view.showError(formatError(described.message))
  return described.exitStatus
}

/** @throws any error that is a bug of this program */
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
    case 'unknown-room':
      return `unknown room ${name}`
    case 'wrong-password':
      return 'wrong password'
    case 'wrong-credentials':
      return 'wrong name or password'
    case 'registration-closed':
      return 'this server accepts no new users'
    case 'recipient-offline':
      return `${name} is not online`
    case 'unauthorized':
      return 'your session has ended: log in again'
    case 'too-many-requests':
      return `too many requests: try again in ${Math.ceil((error.retryAfterMs ?? 1000) / 1000)} s`
    default:
      return error.message
  }
}

/** The message of the innermost cause: `fetch failed` alone does not help. */
function rootMessage(error: Error): string {
  const { cause } = error
  return cause instanceof Error && cause.message ? rootMessage(cause) : error.message
}
