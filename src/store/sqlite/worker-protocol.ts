import { OutcomeUnknown, Unavailable } from '../store.ts'

/** What a thread is started with. */
export interface WorkerOptions {
  role: 'writer' | 'reader'
  /** The database. */
  file: string
  /** The most 4 KiB pages that the file may have; undefined: as many as the disk holds. */
  maxPages: number | undefined
}

/** One call. `at` is the time to take for now, where the clock is not the thread's own. */
export interface WorkerCall {
  id: number
  call: string
  args: unknown[]
  now: number | undefined
}

/** What was asked in one turn of the event loop goes as one message, and so do its answers. */
export type WorkerMessage = readonly WorkerCall[] | 'close'

export type WorkerReply = { id: number; value: unknown } | { id: number; failure: SerializedError }

/** An error as it crosses from one thread to another. */
export interface SerializedError {
  kind: 'unavailable' | 'outcome-unknown' | 'error'
  error: Error
}

/** Structured clones keep an error's message and stack, but not its class. */
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
