import { AbortScope } from './abort-scope.ts'
import { ObrolError } from './errors.ts'
import type { HeartbeatMonitor } from './heartbeat-monitor.ts'
import type { ApiRequest, HttpClient } from './http-client.ts'
import { bodyChunks, hasContentType, toError } from './read-response.ts'
import { type SseBlock, SseParser } from './sse-parser.ts'

/** One connection of a stream. The heartbeat monitor decides how long it may be silent. */
export class StreamConnection {
  readonly #http: HttpClient
  readonly #heartbeats: HeartbeatMonitor
  readonly #parser: SseParser
  readonly #abortScope: AbortScope
  #isOpen = false

  constructor(
    http: HttpClient,
    heartbeats: HeartbeatMonitor,
    maxEventChars: number,
    signal: AbortSignal,
  ) {
    this.#http = http
    this.#heartbeats = heartbeats
    this.#parser = new SseParser(maxEventChars)
    this.#abortScope = new AbortScope(signal)
  }

  /**
   * The blocks that the connection receives. It is read only when the next block is asked for: a
   * slow consumer slows the server down and does not fill the memory. Leaving the loop closes it.
   *
   * @throws {ObrolError} if it cannot be opened, is lost or falls silent
   */
  async *blocks(request: ApiRequest): AsyncGenerator<SseBlock, void> {
    try {
      const chunks = bodyChunks(await this.#open(request))
      const decoder = new TextDecoder()
      for (;;) {
        const chunk = await this.#readChunk(chunks)
        if (chunk === undefined) return
        for (const block of this.#parser.push(decoder.decode(chunk, { stream: true }))) {
          if (block.type === 'heartbeat') this.#heartbeats.onHeartbeat(performance.now())
          yield block
        }
      }
    } finally {
      this.#abortScope.close()
    }
  }

  /** Closes a connection that has been silent for longer than a heartbeat interval. */
  closeIfSilent(): void {
    if (this.#isOpen && this.#heartbeats.isOverdue(performance.now()))
      this.#abortScope.abort(new ObrolError('timeout', 'The stream was silent'))
  }

  async #open(request: ApiRequest): Promise<Response> {
    const response = await this.#http.send(request, this.#abortScope)
    if (response.status !== 200 || !hasContentType(response, /^text\/event-stream\b/i)) {
      throw await toError(response, this.#http.maxAnswerBytes).catch((error) =>
        this.#toError(error),
      )
    }
    this.#abortScope.clearTimer()
    this.#heartbeats.onConnected(performance.now())
    this.#isOpen = true
    return response
  }

  async #readChunk(chunks: AsyncGenerator<Uint8Array, undefined>): Promise<Uint8Array | undefined> {
    const timeoutMs = this.#heartbeats.onReadStarted(performance.now())
    this.#abortScope.abortAfter(timeoutMs, 'The stream fell silent')
    const { value: chunk } = await chunks.next().catch((error) => {
      throw this.#toError(error)
    })
    this.#abortScope.clearTimer()
    this.#heartbeats.onReceived(performance.now())
    return chunk
  }

  #toError(cause: unknown): ObrolError {
    const error = cause instanceof ObrolError ? cause : this.#abortScope.toError(cause)
    if (this.#isOpen && error.code === 'timeout') this.#heartbeats.onTimeout()
    return error
  }
}
