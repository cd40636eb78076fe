import { ObrolError } from './errors.ts'

/** Cuts a `fetch` and the reading of its body: by one's own signal, when time is up, or at will. */
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

  /** Cuts after so many ms unless it is told otherwise before. */
  abortAfter(ms: number, message: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.abort(new ObrolError('timeout', message)), ms)
  }

  abort(reason: ObrolError): void {
    this.#controller.abort(reason)
  }

  /** Why something that this can cut has failed. */
  toError(cause: unknown): ObrolError {
    if (this.signal.aborted) return this.signal.reason
    return new ObrolError('network', `The connection failed: ${causeMessage(cause)}`, { cause })
  }

  /** Lets go of the timer, which else would keep a program from ending. */
  clearTimer(): void {
    clearTimeout(this.#timer)
  }

  /** Nothing more is wanted: a body that was not read to its end would keep its connection. */
  close(): void {
    this.clearTimer()
    this.#parentSignal?.removeEventListener('abort', this.#onParentAbort)
    this.abort(new ObrolError('aborted', 'Closed'))
  }
}

/** Node says why in the cause of its error, browsers not at all. */
function causeMessage(error: unknown): string {
  const { message, cause } = error as Error
  return (cause as Error | undefined)?.message ?? message
}

/** Waits, in ms; a signal ends it early, without an error. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, signal?.aborted ? 0 : ms)
    signal?.addEventListener('abort', done)
  })
}
