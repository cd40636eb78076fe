import { ObrolError } from './errors.ts'

/** Aborts a `fetch` and the reading of its body: with the parent signal, after a timeout, or on call. */
export class AbortScope {
  readonly #controller = new AbortController()
  readonly #parentSignal: AbortSignal | undefined
  readonly #onParentAbort = () =>
    this.abort(new ObrolError('aborted', 'Aborted', { cause: this.#parentSignal?.reason }))
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parentSignal?: AbortSignal | undefined) {
    this.#parentSignal = parentSignal
    if (parentSignal?.aborted) this.#onParentAbort()
    else parentSignal?.addEventListener('abort', this.#onParentAbort)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Replaces the timeout that was set before. */
  abortAfter(ms: number, message: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.abort(new ObrolError('timeout', message)), ms)
  }

  abort(reason: ObrolError): void {
    this.#controller.abort(reason)
  }

  /** The reason of the abort, or else the network error that `cause` is. */
  toError(cause: unknown): ObrolError {
    if (this.signal.aborted) return this.signal.reason
    return new ObrolError('network', `The connection failed: ${causeMessage(cause)}`, { cause })
  }

  /** A timer that is left would keep a program from ending. */
  clearTimer(): void {
    clearTimeout(this.#timer)
  }

  /** Aborts too, because a body that was not read to its end keeps its connection open. */
  close(): void {
    this.clearTimer()
    this.#parentSignal?.removeEventListener('abort', this.#onParentAbort)
    this.abort(new ObrolError('aborted', 'Closed'))
  }
}

/** Node gives the reason in the cause of its error, browsers give none. */
function causeMessage(error: unknown): string {
  const { message, cause } = error as Error
  return (cause as Error | undefined)?.message ?? message
}
