import { OutcomeUnknown, Unavailable } from '../store/store-errors.ts'
import { Problem } from './problems.ts'

/** In seconds: long enough for a queue to drain or a short fault to pass. */
const retryAfter = 2

/** The problem for an error of the store; other errors unchanged. */
export function storeProblem(error: unknown): unknown {
  if (error instanceof Unavailable) {
    return new Problem(
      'unavailable',
      'The store cannot be reached just now; nothing was changed. Try again.',
      { retryAfter },
    )
  }
  if (error instanceof OutcomeUnknown) {
    return new Problem(
      'outcome-unknown',
      'The answer of the store was lost: this may or may not have been done.',
      { retryAfter },
    )
  }
  return error
}

/** Resolves like `asked`, but with errors of the store as problems. */
export async function mapStoreErrors<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw storeProblem(error)
  }
}
