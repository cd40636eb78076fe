import { ObrolError } from './errors.ts'

/** Cuts a `fetch` and the reading of its body: by one's own signal, when time is up, or at will. */
export class Cutoff {
  readonly #controller = new AbortController()
  readonly #outer: AbortSignal | undefined
  readonly #onOuter = () =>
    this.cut(new ObrolError('aborted', 'Aborted', { cause: this.#outer?.reason }))
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(outer?: AbortSignal | undefined) {
    this.#outer = outer
    if (outer?.aborted) this.#onOuter()
    else outer?.addEventListener('abort', this.#onOuter)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Cuts after so many ms unless it is told otherwise before. */
  within(ms: number, otherwise: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.cut(new ObrolError('timeout', otherwise)), ms)
  }

  cut(reason: ObrolError): void {
    this.#controller.abort(reason)
  }

  /** Why something that this can cut has failed. */
  failure(cause: unknown): ObrolError {
    if (this.signal.aborted) return this.signal.reason
    return new ObrolError('network', `The connection failed: ${reasonOf(cause)}`, { cause })
  }

  /** Lets go of the timer, which else would keep a program from ending. */
  rest(): void {
    clearTimeout(this.#timer)
  }

  /** Nothing more is wanted: a body that was not read to its end would keep its connection. */
  close(): void {
    this.rest()
    this.#outer?.removeEventListener('abort', this.#onOuter)
    this.cut(new ObrolError('aborted', 'Closed'))
  }
}

/** Node says why in the cause of its error, browsers not at all. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return (cause as Error | undefined)?.message ?? message
}

/** Waits, in ms; a signal ends it early, without an error. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
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
