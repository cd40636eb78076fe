import type { Socket } from 'node:net'
import { type Chunk, encodeChunk } from './chunk.ts'

/** The last chunk of a chunked body (RFC 9112, 7.1). */
const lastChunk = Buffer.from('0\r\n\r\n')

/** A stream's reader has nothing to say: past this much, it is no reader. */
const maxInputBytes = 65_536

/** A larger chunk is not copied to go out with what waits: those who missed the same share it. */
const maxCopiedBytes = 4_096

/** How long the head of the answer waits for what comes next, in ms. */
const headDelayMs = 50

/** Where framed chunks can be written as they are. */
export type RawSocket = Pick<Socket, 'write'>

export interface SseConnectionEvents {
  drained(): void
  closed(): void
}

/**
 * One stream's socket, after HTTP has let go of it. Blocks, which streams share, go out as they are;
 * what is for one alone is a text. What waits here is bounded by its writer, who stops at a `false`
 * and goes on at `drained`.
 */
export class SseConnection {
  readonly #socket: Socket
  readonly #framed: boolean
  readonly #writeTimeoutMs: number
  #inputBytes = 0
  /**
   * Texts that are yet to be written: the head of the answer waits a moment for what comes next, all
   * others go at once. Empty where nothing waits.
   */
  #buffered: string
  #headTimer: NodeJS.Timeout | undefined
  /** Runs while the socket is full. The socket's own timer would be set back by what comes in. */
  #writeTimer: NodeJS.Timeout | undefined
  #closeTimer: NodeJS.Timeout | undefined

  /**
   * @param head of the answer, in ASCII, yet to be written
   * @param framed whether the body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0)
   * @param writeTimeoutMs a socket that takes nothing at all for so long, while bytes wait, is destroyed
   */
  constructor(
    socket: Socket,
    { head, framed, writeTimeoutMs }: { head: string; framed: boolean; writeTimeoutMs: number },
  ) {
    this.#socket = socket
    this.#framed = framed
    this.#writeTimeoutMs = writeTimeoutMs
    this.#buffered = head
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
      // A reader that has closed its side is gone: waiting for the next write to fail would keep
      // it online for a heartbeat more.
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

  /**
   * Lets the head of the answer go, which waits a moment for what is written next, so that they cost
   * the kernel one write.
   */
  scheduleHead(): void {
    if (this.#socket.destroyed) return
    this.#headTimer = setTimeout(() => this.#flush(), headDelayMs)
  }

  /** Adds a text to what goes out with the next `write`, which the caller makes at once. */
  buffer(text: string): void {
    this.#buffered += this.#encode(text)
  }

  /** False where the socket is full: nothing more should be written until it has drained. */
  write(what: Chunk | string): boolean {
    if (typeof what === 'string') {
      this.#buffered += this.#encode(what)
      return this.#flush()
    }
    const bytes = this.#framed ? what.framed : what.plain
    if (this.#buffered === '') return this.#send(bytes)
    const buffered = this.#takeBuffered()
    if (bytes.length <= maxCopiedBytes) return this.#send(Buffer.concat([buffered, bytes]))
    this.#send(buffered)
    return this.#send(bytes)
  }

  /** Where framed chunks may be written past this, once what waited here has gone. */
  get rawSocket(): RawSocket | undefined {
    return this.#framed ? this.#socket : undefined
  }

  /** What was written past this has filled the socket. */
  onSocketFull(): void {
    if (this.#writeTimer === undefined) this.#startWriteTimer()
  }

  /** True where everything written has been taken by the kernel. */
  get isDrained(): boolean {
    return this.#buffered === '' && this.#socket.writableLength === 0
  }

  /**
   * Ends the body, and the connection once the kernel has taken the rest, which it still delivers: who
   * never closes their own side does not hold up a server that stops. A reader that does not take the
   * rest is cut off.
   */
  end(text: string): void {
    this.write(text)
    if (this.#framed) this.#socket.write(lastChunk)
    this.#closeTimer = setTimeout(() => this.#socket.destroy(), this.#writeTimeoutMs)
    this.#socket.destroySoon()
  }

  destroy(): void {
    if (this.#buffered !== '') this.#flush()
    this.#socket.destroy()
  }

  /** Destroys the socket unless a whole chunk at least is taken before `writeTimeoutMs` are over. */
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

  #encode(text: string): string {
    return this.#framed ? encodeChunk(text) : text
  }

  #flush(): boolean {
    return this.#send(this.#takeBuffered())
  }

  #takeBuffered(): Buffer {
    const bytes = Buffer.from(this.#buffered)
    clearTimeout(this.#headTimer)
    this.#headTimer = undefined
    this.#buffered = ''
    return bytes
  }

  #send(bytes: Buffer): boolean {
    const room = this.#socket.write(bytes)
    if (!room) this.onSocketFull()
    return room
  }
}

/** One for all sockets: each listener of its own would stay as long as its stream. */
function destroySocket(this: Socket): void {
  this.destroy()
}
