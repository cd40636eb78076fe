import type { Socket } from 'node:net'
import { type Block, chunk } from './block.ts'

/** The last chunk of a chunked body (RFC 9112, 7.1). */
const lastChunk = Buffer.from('0\r\n\r\n')

/** A stream's reader has nothing to say: past this much, it is no reader. */
const maxInputBytes = 65_536

/** A larger block is not copied to go out with what waits: those who missed the same share it. */
const mostCopied = 4_096

/** How long the head of the answer waits for what comes next, in ms. */
const holdMs = 50

/** Where framed blocks can be written as they are. */
export type Outlet = Pick<Socket, 'write'>

export interface WireEvents {
  drained(): void
  closed(): void
}

/**
 * One stream's socket, after HTTP has let go of it. Blocks, which streams share, go out as they are;
 * what is for one alone is a text. What waits here is bounded by its writer, who stops at a `false`
 * and goes on at `drained`.
 */
export class Wire {
  readonly #socket: Socket
  readonly #framed: boolean
  readonly #stallMs: number
  #inputBytes = 0
  /**
   * Texts that are yet to be written: the head of the answer waits a moment for what comes next, all
   * others go at once. Empty where nothing waits.
   */
  #held: string
  #hold: NodeJS.Timeout | undefined
  /** Runs while the socket is full. The socket's own timer would be set back by what comes in. */
  #stall: NodeJS.Timeout | undefined
  #farewell: NodeJS.Timeout | undefined

  /**
   * @param head of the answer, in ASCII, yet to be written
   * @param framed whether the body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0)
   * @param stallMs a socket that takes nothing at all for so long, while bytes wait, is destroyed
   */
  constructor(
    socket: Socket,
    { head, framed, stallMs }: { head: string; framed: boolean; stallMs: number },
  ) {
    this.#socket = socket
    this.#framed = framed
    this.#stallMs = stallMs
    this.#held = head
  }

  listen(events: WireEvents): void {
    this.#socket
      .on('drain', () => {
        clearTimeout(this.#stall)
        this.#stall = undefined
        events.drained()
      })
      .on('data', (input: Buffer) => {
        this.#inputBytes += input.length
        if (this.#inputBytes > maxInputBytes) this.#socket.destroy()
      })
      // A reader that has closed its side is gone: waiting for the next write to fail would keep
      // it online for a heartbeat more.
      .on('end', destroyThis)
      .on('error', destroyThis)
      .on('close', () => {
        clearTimeout(this.#hold)
        clearTimeout(this.#stall)
        clearTimeout(this.#farewell)
        events.closed()
      })
    if (this.#socket.destroyed) queueMicrotask(() => events.closed())
  }

  /**
   * Lets the head of the answer go, which waits a moment for what is written next, so that they cost
   * the kernel one write.
   */
  begin(): void {
    if (this.#socket.destroyed) return
    this.#hold = setTimeout(() => this.#sendHeld(), holdMs)
  }

  /** Adds a text to what goes out with the next `write`, which the caller makes at once. */
  hold(text: string): void {
    this.#held += this.#inFrame(text)
  }

  /** False where the socket is full: nothing more should be written until it has drained. */
  write(what: Block | string): boolean {
    if (typeof what === 'string') {
      this.#held += this.#inFrame(what)
      return this.#sendHeld()
    }
    const bytes = this.#framed ? what.framed : what.plain
    if (this.#held === '') return this.#send(bytes)
    const held = this.#release()
    if (bytes.length <= mostCopied) return this.#send(Buffer.concat([held, bytes]))
    this.#send(held)
    return this.#send(bytes)
  }

  /** Where framed blocks may be written past this, once what waited here has gone. */
  get outlet(): Outlet | undefined {
    return this.#framed ? this.#socket : undefined
  }

  /** What was written past this has filled the socket. */
  filled(): void {
    if (this.#stall === undefined) this.#watch()
  }

  /** True where everything written has been taken by the kernel. */
  get empty(): boolean {
    return this.#held === '' && this.#socket.writableLength === 0
  }

  /**
   * Ends the body, and the connection once the kernel has taken the rest, which it still delivers: who
   * never closes their own side does not hold up a server that stops. A reader that does not take the
   * rest is cut off.
   */
  end(text: string): void {
    this.write(text)
    if (this.#framed) this.#socket.write(lastChunk)
    this.#farewell = setTimeout(() => this.#socket.destroy(), this.#stallMs)
    this.#socket.destroySoon()
  }

  destroy(): void {
    if (this.#held !== '') this.#sendHeld()
    this.#socket.destroy()
  }

  /** Destroys the socket unless a whole block at least is taken before `stallMs` are over. */
  #watch(): void {
    const taken = this.#taken
    this.#stall = setTimeout(() => {
      if (this.#taken > taken) this.#watch()
      else this.#socket.destroy()
    }, this.#stallMs)
  }

  get #taken(): number {
    return this.#socket.bytesWritten - this.#socket.writableLength
  }

  #inFrame(text: string): string {
    return this.#framed ? chunk(text) : text
  }

  #sendHeld(): boolean {
    return this.#send(this.#release())
  }

  #release(): Buffer {
    const bytes = Buffer.from(this.#held)
    clearTimeout(this.#hold)
    this.#hold = undefined
    this.#held = ''
    return bytes
  }

  #send(bytes: Buffer): boolean {
    const room = this.#socket.write(bytes)
    if (!room) this.filled()
    return room
  }
}

/** One for all sockets: each listener of its own would stay as long as its stream. */
function destroyThis(this: Socket): void {
  this.destroy()
}
