import { AbortScope } from './abort-scope.ts'
import { ObrolError } from './errors.ts'
import type { HeartbeatMonitor } from './heartbeat-monitor.ts'
import type { ApiRequest, HttpClient } from './http-client.ts'
import { bodyChunks, hasContentType, toError } from './read-response.ts'
import { type SseBlock, SseParser } from './sse-parser.ts'

/** One connection of a stream, from its opening to its loss. */
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
   * What the line brings. It is read when the next block is asked for and not before, so that a slow
   * consumer slows the server down and fills no memory here. Leaving the loop closes the line.
   *
   * @throws {ObrolError} when it cannot be opened, breaks off or falls silent
   */
  async *blocks(request: ApiRequest): AsyncGenerator<SseBlock, void> {
    try {
      const chunks = bodyChunks(await this.#open(request))
      const decoder = new TextDecoder()
      for (;;) {
        const { chunk, waitedMs } = await this.#readChunk(chunks)
        if (chunk === undefined) return
        for (const block of this.#parser.push(decoder.decode(chunk, { stream: true }))) {
          if (block.type === 'heartbeat') this.#heartbeats.onHeartbeat(performance.now(), waitedMs)
          yield block
        }
      }
    } finally {
      this.#abortScope.close()
    }
  }

  /** Ends a line that has been silent for longer than a heartbeat. */
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

  async #readChunk(chunks: AsyncGenerator<Uint8Array, void>) {
    const askedAt = performance.now()
    const timeoutMs = this.#heartbeats.timeoutMs(askedAt)
    this.#abortScope.abortAfter(timeoutMs, 'The stream fell silent')
    const { value: chunk } = await chunks.next().catch((error) => {
      throw this.#toError(error)
    })
    this.#abortScope.clearTimer()
    const now = performance.now()
    this.#heartbeats.onReceived(now)
    return { chunk, waitedMs: now - askedAt }
  }

  #toError(cause: unknown): ObrolError {
    const error = cause instanceof ObrolError ? cause : this.#abortScope.toError(cause)
    if (this.#isOpen && error.code === 'timeout') this.#heartbeats.onTimeout()
    return error
  }
}
