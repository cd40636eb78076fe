import { ObrolError } from '../client/index.ts'
import { refusalOf, type Status, status } from './refusals.ts'
import { refused } from './tellings.ts'
import type { View } from './view.ts'

/**
 * Tells why something could not be done, unless the person themselves broke it off. Answers the exit
 * status that it makes.
 *
 * @param name whom it was about
 * @throws what is a fault of our own
 */
export function tellFailure(view: View, error: unknown, name?: string): Status {
  if (error instanceof ObrolError && error.code === 'aborted') return status.done
  const refusal = refusalOf(error, name)
  view.refuse(refused(refusal.words))
  return refusal.status
}
