import { chunksOf, isOfType, refusal } from './answer.ts'
import type { Caller, Request } from './caller.ts'
import { Cutoff } from './cutoff.ts'
import { ObrolError } from './errors.ts'
import type { Pulse } from './pulse.ts'
import { type Block, SseParser } from './sse-parser.ts'

/** One connection of a stream, from its opening to its loss. */
export class Line {
  readonly #caller: Caller
  readonly #pulse: Pulse
  readonly #parser: SseParser
  readonly #cutoff: Cutoff
  #isOpen = false

  constructor(caller: Caller, pulse: Pulse, maxEventChars: number, signal: AbortSignal) {
    this.#caller = caller
    this.#pulse = pulse
    this.#parser = new SseParser(maxEventChars)
    this.#cutoff = new Cutoff(signal)
  }

  /**
   * What the line brings. It is read when the next block is asked for and not before, so that a slow
   * consumer slows the server down and fills no memory here. Leaving the loop closes the line.
   *
   * @throws {ObrolError} when it cannot be opened, breaks off or falls silent
   */
  async *blocks(request: Request): AsyncGenerator<Block, void> {
    try {
      const chunks = chunksOf(await this.#open(request))
      const decoder = new TextDecoder()
      for (;;) {
        const { chunk, waitedMs } = await this.#read(chunks)
        if (chunk === undefined) return
        for (const block of this.#parser.push(decoder.decode(chunk, { stream: true }))) {
          if (block.type === 'heartbeat') this.#pulse.beat(performance.now(), waitedMs)
          yield block
        }
      }
    } finally {
      this.#cutoff.close()
    }
  }

  /** Ends a line that has been silent for longer than a heartbeat. */
  hurry(): void {
    if (this.#isOpen && this.#pulse.isLate(performance.now()))
      this.#cutoff.cut(new ObrolError('timeout', 'The stream was silent'))
  }

  async #open(request: Request): Promise<Response> {
    const response = await this.#caller.open(request, this.#cutoff)
    if (response.status !== 200 || !isOfType(response, /^text\/event-stream\b/i)) {
      throw await refusal(response, this.#caller.maxAnswerBytes).catch((error) =>
        this.#failure(error),
      )
    }
    this.#cutoff.rest()
    this.#pulse.begin(performance.now())
    this.#isOpen = true
    return response
  }

  async #read(chunks: AsyncGenerator<Uint8Array, void>) {
    const askedAt = performance.now()
    const patienceMs = this.#pulse.patience(askedAt)
    this.#cutoff.within(patienceMs, 'The stream fell silent')
    const { value: chunk } = await chunks.next().catch((error) => {
      throw this.#failure(error)
    })
    this.#cutoff.rest()
    const now = performance.now()
    this.#pulse.heard(now)
    return { chunk, waitedMs: now - askedAt }
  }

  #failure(cause: unknown): ObrolError {
    const error = cause instanceof ObrolError ? cause : this.#cutoff.failure(cause)
    if (this.#isOpen && error.code === 'timeout') this.#pulse.died()
    return error
  }
}
