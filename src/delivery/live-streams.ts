import type { Stretch } from './block.ts'
import type { Stream } from './stream.ts'
import type { Outlet } from './wire.ts'

/**
 * The streams that are at the head. To write to all of them is what a message to everyone costs, and
 * what that costs beyond the kernel's part is memory to be fetched: so it touches their sockets, and
 * nothing else of them.
 */
export class LiveStreams {
  readonly #byOutlet = new Map<Outlet, Stream>()
  /** Those that have to be asked: they have yet to be told that they are ready, or are not framed. */
  readonly #others = new Set<Stream>()

  get size(): number {
    return this.#byOutlet.size + this.#others.size
  }

  /** Adds a stream, or takes note that it has an outlet by now. */
  add(stream: Stream): void {
    const { outlet } = stream
    if (outlet === undefined) {
      this.#others.add(stream)
      return
    }
    this.#others.delete(stream)
    this.#byOutlet.set(outlet, stream)
  }

  delete(stream: Stream): void {
    const { outlet } = stream
    if (outlet !== undefined) this.#byOutlet.delete(outlet)
    this.#others.delete(stream)
  }

  all(): Stream[] {
    return [...this.#byOutlet.values(), ...this.#others]
  }

  /** Writes the same to all but a few. */
  deliver(stretches: readonly Stretch[], except: readonly Stream[]): void {
    for (const stream of except) this.delete(stream)
    for (const { block, lastId } of stretches) {
      for (const [outlet, stream] of this.#byOutlet)
        if (!outlet.write(block.framed)) stream.filled(lastId)
    }
    for (const stream of this.#others) stream.deliver(stretches)
    for (const stream of except) this.add(stream)
  }
}
