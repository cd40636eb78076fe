import type { Chunk } from './http-chunk.ts'
import type { SseConnection, SseConnectionEvents } from './sse-connection.ts'
import { type ByeReason, byeEvent, defaultRetryMs, retryPreamble } from './sse-events.ts'

export type StreamConnection = Pick<
  SseConnection,
  'listen' | 'buffer' | 'write' | 'isDrained' | 'end' | 'destroy'
>

/** What one stream writes to its socket. Its first event begins with the retry time. */
export class StreamOutput {
  readonly #connection: StreamConnection
  #hasWritten = false
  #isFull = false

  constructor(connection: StreamConnection) {
    this.#connection = connection
  }

  /** Whether the socket takes no more until it has drained. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Whether the kernel has taken everything that was written. */
  get isDrained(): boolean {
    return this.#connection.isDrained
  }

  /** Whoever listens calls `drained`: a listener of this class would be one more closure for each stream. */
  listen(events: SseConnectionEvents): void {
    this.#connection.listen(events)
  }

  drained(): void {
    this.#isFull = false
  }

  /** @returns whether the socket takes more */
  write(event: Chunk | string): boolean {
    if (!this.#hasWritten) {
      this.#hasWritten = true
      this.#connection.buffer(retryPreamble)
    }
    if (!this.#connection.write(event)) this.#isFull = true
    return !this.#isFull
  }

  /** Writes `bye` and ends the connection. */
  end(reason: ByeReason, retryMs?: number): void {
    // A `bye` that is the first event carries the retry time that every stream begins with.
    const retry = retryMs ?? (this.#hasWritten ? undefined : defaultRetryMs)
    this.#connection.end(byeEvent(reason, retry))
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#connection.destroy()
  }
}
