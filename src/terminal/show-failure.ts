import { ObrolError } from '../client/index.ts'
import { describeError, type ExitStatus, exitStatus } from './describe-error.ts'
import { formatError } from './format.ts'
import type { View } from './view.ts'

/**
 * Tells why something could not be done, unless the person themselves broke it off. Answers the exit
 * status that it makes.
 *
 * @param name whom it was about
 * @throws what is a fault of our own
 */
export function showFailure(view: View, error: unknown, name?: string): ExitStatus {
  if (error instanceof ObrolError && error.code === 'aborted') return exitStatus.done
  const refusal = describeError(error, name)
  view.showError(formatError(refusal.message))
  return refusal.exitStatus
}
