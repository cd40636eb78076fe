import type { Stream } from './stream.ts'

/**
 * Streams by the id of their account or session. Nearly each has one, which then stands for itself:
 * a set for each would take more memory than the stream.
 */
export class StreamsBy {
  readonly #streams = new Map<number, Stream | Set<Stream>>()

  /** In the order in which they came, as of now. */
  of(id: number): readonly Stream[] {
    const found = this.#streams.get(id)
    if (found === undefined) return []
    return found instanceof Set ? [...found] : [found]
  }

  add(id: number, stream: Stream): void {
    const there = this.#streams.get(id)
    if (there === undefined) this.#streams.set(id, stream)
    else if (there instanceof Set) there.add(stream)
    else this.#streams.set(id, new Set([there, stream]))
  }

  remove(id: number, stream: Stream): void {
    const there = this.#streams.get(id)
    if (there instanceof Set && there.size > 1) there.delete(stream)
    else this.#streams.delete(id)
  }
}
