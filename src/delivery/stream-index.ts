import type { Stream } from './stream.ts'

/**
 * Streams by the id of their account or session. Nearly each has one, which then stands for itself:
 * a set for each would take more memory than the stream.
 */
export class StreamIndex {
  readonly #streams = new Map<number, Stream | Set<Stream>>()

  /** In the order in which they came, as of now. */
  get(id: number): readonly Stream[] {
    const found = this.#streams.get(id)
    if (found === undefined) return []
    return found instanceof Set ? [...found] : [found]
  }

  add(id: number, stream: Stream): void {
    const existing = this.#streams.get(id)
    if (existing === undefined) this.#streams.set(id, stream)
    else if (existing instanceof Set) existing.add(stream)
    else this.#streams.set(id, new Set([existing, stream]))
  }

  remove(id: number, stream: Stream): void {
    const existing = this.#streams.get(id)
    if (existing instanceof Set && existing.size > 1) existing.delete(stream)
    else this.#streams.delete(id)
  }
}
