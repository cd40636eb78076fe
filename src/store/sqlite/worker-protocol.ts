import { OutcomeUnknown, Unavailable } from '../store-errors.ts'

export interface WorkerOptions {
  role: 'writer' | 'reader'
  file: string
  /** The most pages of 4 KiB that the file may have; undefined: as many as the disk holds. */
  maxPages: number | undefined
}

export interface WorkerCall {
  id: number
  call: string
  args: unknown[]
  /** Unix milliseconds; undefined: the thread's own clock. */
  now: number | undefined
}

/** The calls of one turn of the event loop. Their replies come in one message too. */
export type WorkerMessage = readonly WorkerCall[] | 'close'

export type WorkerReply = { id: number; value: unknown } | { id: number; failure: SerializedError }

export interface SerializedError {
  kind: 'unavailable' | 'outcome-unknown' | 'error'
  error: Error
}

/** A structured clone keeps an error's message and stack, but not its class. */
export function serializeError(error: unknown): SerializedError {
  const kind =
    error instanceof Unavailable
      ? 'unavailable'
      : error instanceof OutcomeUnknown
        ? 'outcome-unknown'
        : 'error'
  return { kind, error: error as Error }
}

export function deserializeError({ kind, error }: SerializedError): Error {
  if (kind === 'unavailable') return new Unavailable(error.message, { cause: error })
  if (kind === 'outcome-unknown')
    return new OutcomeUnknown(error.message, { final: true, cause: error })
  return error
}
