import type { Socket } from 'node:net'
import { type Chunk, encodeChunk } from './http-chunk.ts'

/** The last chunk of a chunked body (RFC 9112, 7.1). */
const lastChunk = Buffer.from('0\r\n\r\n')

/**
 * How long the head of the response waits for the first event, in ms. In one write they cost the kernel
 * half as much, which is a third of what it costs to open a stream.
 */
const headDelayMs = 50

/** A client has nothing to send on its stream; one that sends more than this is cut off. */
const maxInputBytes = 65_536

export interface SseConnectionEvents {
  drained(): void
  closed(): void
}

/**
 * The socket of one stream, after HTTP has given it up. Shared chunks are written without a copy;
 * what is for one stream alone is a text. Buffers are bounded by the writer, which stops when `write`
 * returns false and goes on at `drained`.
 */
export class SseConnection {
  readonly #socket: Socket
  readonly #framed: boolean
  readonly #writeTimeoutMs: number
  /** The head and texts that wait for the next write. */
  #held: string
  #headTimer: NodeJS.Timeout | undefined
  #inputBytes = 0
  /** Runs while the socket is full. The socket's own timer would be reset by incoming data. */
  #writeTimer: NodeJS.Timeout | undefined
  #closeTimer: NodeJS.Timeout | undefined

  /**
   * @param head of the response, in ASCII
   * @param framed whether the body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0)
   * @param writeTimeoutMs a socket that takes nothing for so long, while bytes wait, is destroyed
   */
  constructor(
    socket: Socket,
    { head, framed, writeTimeoutMs }: { head: string; framed: boolean; writeTimeoutMs: number },
  ) {
    this.#socket = socket
    this.#framed = framed
    this.#writeTimeoutMs = writeTimeoutMs
    this.#held = head
    this.#headTimer = setTimeout(() => this.#writeHeld(), headDelayMs)
  }

  listen(events: SseConnectionEvents): void {
    this.#socket
      .on('drain', () => {
        clearTimeout(this.#writeTimer)
        this.#writeTimer = undefined
        events.drained()
      })
      .on('data', (input: Buffer) => {
        this.#inputBytes += input.length
        if (this.#inputBytes > maxInputBytes) this.#socket.destroy()
      })
      // A reader that has closed its side is gone. Until the next write failed, it would stay online.
      .on('end', destroySocket)
      .on('error', destroySocket)
      .on('close', () => {
        clearTimeout(this.#headTimer)
        clearTimeout(this.#writeTimer)
        clearTimeout(this.#closeTimer)
        events.closed()
      })
    if (this.#socket.destroyed) queueMicrotask(() => events.closed())
  }

  /** Adds a text to the next `write`, which the caller does in the same turn of the event loop. */
  buffer(text: string): void {
    this.#held += this.#frame(text)
  }

  /** @returns false if the socket is full: nothing more should be written until it has drained */
  write(event: Chunk | string): boolean {
    if (typeof event === 'string') {
      this.#held += this.#frame(event)
      return this.#writeHeld()
    }
    if (this.#held !== '') this.#writeHeld()
    return this.#write(this.#framed ? event.framed : event.plain)
  }

  #writeHeld(): boolean {
    clearTimeout(this.#headTimer)
    const bytes = Buffer.from(this.#held)
    this.#held = ''
    return this.#write(bytes)
  }

  #write(bytes: Buffer): boolean {
    const hasRoom = this.#socket.write(bytes)
    if (!hasRoom && this.#writeTimer === undefined) this.#startWriteTimer()
    return hasRoom
  }

  /** Whether the kernel has taken everything that was written. */
  get isDrained(): boolean {
    return this.#held === '' && this.#socket.writableLength === 0
  }

  /**
   * Ends the body, and the connection once the kernel has taken the rest. The kernel still delivers
   * it, so a client that never closes its side does not hold up a server that stops. A client that
   * does not take the rest is cut off.
   */
  end(text: string): void {
    this.write(text)
    if (this.#framed) this.#socket.write(lastChunk)
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), this.#writeTimeoutMs)
    this.#socket.destroySoon()
  }

  destroy(): void {
    if (this.#held !== '') this.#writeHeld()
    this.#socket.destroy()
  }

  /** Destroys the socket unless it takes at least one whole chunk within `writeTimeoutMs`. */
  #startWriteTimer(): void {
    const taken = this.#bytesTaken
    this.#writeTimer = setTimeout(() => {
      if (this.#bytesTaken > taken) this.#startWriteTimer()
      else this.#socket.destroy()
    }, this.#writeTimeoutMs)
  }

  get #bytesTaken(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  #frame(text: string): string {
    return this.#framed ? encodeChunk(text) : text
  }
}

/** One function for all sockets, since a closure would stay in memory as long as its stream. */
function destroySocket(this: Socket): void {
  this.destroy()
}
