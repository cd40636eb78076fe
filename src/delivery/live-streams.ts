import type { ChunkRange } from './chunk.ts'
import type { RawSocket } from './sse-connection.ts'
import type { Stream } from './stream.ts'

/**
 * The streams that are at the head. To write to all of them is what a message to everyone costs, and
 * what that costs beyond the kernel's part is memory to be fetched: so it touches their sockets, and
 * nothing else of them.
 */
export class LiveStreams {
  readonly #bySocket = new Map<RawSocket, Stream>()
  /** Those that have to be asked: they have yet to be told that they are ready, or are not framed. */
  readonly #others = new Set<Stream>()

  get size(): number {
    return this.#bySocket.size + this.#others.size
  }

  /** Adds a stream, or takes note that it has an rawSocket by now. */
  add(stream: Stream): void {
    const { rawSocket } = stream
    if (rawSocket === undefined) {
      this.#others.add(stream)
      return
    }
    this.#others.delete(stream)
    this.#bySocket.set(rawSocket, stream)
  }

  delete(stream: Stream): void {
    const { rawSocket } = stream
    if (rawSocket !== undefined) this.#bySocket.delete(rawSocket)
    this.#others.delete(stream)
  }

  all(): Stream[] {
    return [...this.#bySocket.values(), ...this.#others]
  }

  /** Writes the same to all but a few. */
  deliver(ranges: readonly ChunkRange[], except: readonly Stream[]): void {
    for (const stream of except) this.delete(stream)
    for (const { chunk, lastId } of ranges) {
      for (const [rawSocket, stream] of this.#bySocket)
        if (!rawSocket.write(chunk.framed)) stream.onSocketFull(lastId)
    }
    for (const stream of this.#others) stream.deliver(ranges)
    for (const stream of except) this.add(stream)
  }
}
