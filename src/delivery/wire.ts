import type { Socket } from 'node:net'
import type { Block } from './block.ts'

/** The last chunk of a chunked body (RFC 9112, 7.1). */
const lastChunk = Buffer.from('0\r\n\r\n')

/** A stream's reader has nothing to say: past this much, it is no reader. */
const maxInputBytes = 65_536

/** How long what begins a stream waits for what comes next, in ms. */
const holdMs = 50

export interface WireEvents {
  drained(): void
  closed(): void
}

/**
 * One stream's socket, after HTTP has let go of it. Blocks go out as they are; what waits in it
 * is bounded by its writer, who stops at a `false` and goes on at `drained`.
 */
export class Wire {
  readonly #socket: Socket
  readonly #framed: boolean
  readonly #stallMs: number
  #inputBytes = 0
  #held: NodeJS.Timeout | undefined
  /** Runs while the socket is full. The socket's own timer would be set back by what comes in. */
  #stall: NodeJS.Timeout | undefined
  #farewell: NodeJS.Timeout | undefined

  /**
   * @param framed whether the body is chunked (HTTP/1.1) or ends with the connection (HTTP/1.0)
   * @param stallMs a socket that takes nothing at all for so long, while bytes wait, is destroyed
   */
  constructor(socket: Socket, { framed, stallMs }: { framed: boolean; stallMs: number }) {
    this.#socket = socket
    this.#framed = framed
    this.#stallMs = stallMs
  }

  listen(events: WireEvents): void {
    this.#socket
      .on('drain', () => {
        clearTimeout(this.#stall)
        this.#stall = undefined
        events.drained()
      })
      .on('data', (chunk: Buffer) => {
        this.#inputBytes += chunk.length
        if (this.#inputBytes > maxInputBytes) this.#socket.destroy()
      })
      // A reader that has closed its side is gone: waiting for the next write to fail would keep
      // it online for a heartbeat more.
      .on('end', () => this.#socket.destroy())
      .on('error', () => this.#socket.destroy())
      .on('close', () => {
        clearTimeout(this.#stall)
        clearTimeout(this.#farewell)
        events.closed()
      })
    if (this.#socket.destroyed) queueMicrotask(() => events.closed())
  }

  /**
   * Writes what a stream begins with. On a corked socket it waits a moment, with the head of the
   * answer, for what is written next, so that they cost the kernel one write.
   */
  begin(block: Block): void {
    this.write(block)
    this.#held = setTimeout(() => this.#release(), holdMs)
  }

  /** False where the socket is full: nothing more should be written until it has drained. */
  write(block: Block): boolean {
    const room = this.#socket.write(this.#framed ? block.framed : block.plain)
    if (this.#held) this.#release()
    if (!room && this.#stall === undefined) this.#watch()
    return room
  }

  /** True where everything written has been taken by the kernel. */
  get empty(): boolean {
    return this.#socket.writableLength === 0
  }

  /**
   * Ends the body, and the connection once the kernel has taken the rest, which it still delivers: who
   * never closes their own side does not hold up a server that stops. A reader that does not take the
   * rest is cut off.
   */
  end(block: Block): void {
    this.write(block)
    if (this.#framed) this.#socket.write(lastChunk)
    this.#farewell = setTimeout(() => this.#socket.destroy(), this.#stallMs)
    this.#socket.destroySoon()
  }

  destroy(): void {
    if (this.#held) this.#release()
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

  #release(): void {
    clearTimeout(this.#held)
    this.#held = undefined
    this.#socket.uncork()
  }
}
