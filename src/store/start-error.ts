/** Why a store or a command on one cannot start: one line, for the person who started it. */
export class StartError extends Error {
  override name = 'StartError'
}

/**
 * Makes a StartError of any error, in one line that begins with what failed. One that is a
 * StartError already stays as it is.
 */
export function toStartError(
  error: unknown,
  failure: string,
  reason = (error as Error).message,
): StartError {
  if (error instanceof StartError) return error
  return new StartError(`${failure}: ${reason}`, { cause: error })
}
