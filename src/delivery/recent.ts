import { type Frame, visible } from './frames.ts'

/**
 * The newest frames of the log, kept in memory so that a reader who is only a little behind costs
 * the store nothing. Ids are contiguous.
 */
export class Recent {
  readonly #maxFrames: number
  readonly #maxBytes: number
  #frames: Frame[] = []
  /** Frames before this index are gone; they are cut off now and then, all at once. */
  #start = 0
  #bytes = 0

  constructor({ maxFrames = 20_000, maxBytes = 16 * 1024 * 1024 } = {}) {
    this.#maxFrames = maxFrames
    this.#maxBytes = maxBytes
  }

  push(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#frames.push(frame)
      this.#bytes += frame.bytes.length
    }
    while (this.#length > this.#maxFrames || this.#bytes > this.#maxBytes) this.#dropFirst()
    this.#compact()
  }

  /** Forgets what the log no longer holds. */
  dropBefore(oldest: number): void {
    while (this.#length > 0 && this.#at(0).id < oldest) this.#dropFirst()
    this.#compact()
  }

  clear(): void {
    this.#frames = []
    this.#start = 0
    this.#bytes = 0
  }

  /**
   * What the account may see after a cursor, up to about `maxBytes` (at least one frame), and the
   * id up to which that is everything. Undefined where the memory does not reach back that far.
   */
  after(
    cursor: number,
    account: number,
    maxBytes: number,
  ): { frames: Frame[]; covered: number } | undefined {
    if (this.#length === 0 || cursor + 1 < this.#at(0).id) return undefined
    const frames: Frame[] = []
    let bytes = 0
    let covered = cursor
    for (let index = cursor + 1 - this.#at(0).id; index < this.#length; index++) {
      const frame = this.#at(index)
      if (visible(frame, account)) {
        if (bytes > 0 && bytes + frame.bytes.length > maxBytes) break
        frames.push(frame)
        bytes += frame.bytes.length
      }
      covered = frame.id
    }
    return { frames, covered }
  }

  get #length(): number {
    return this.#frames.length - this.#start
  }

  #at(index: number): Frame {
    return this.#frames[this.#start + index] as Frame
  }

  #dropFirst(): void {
    this.#bytes -= this.#at(0).bytes.length
    // Let go of now: its place is cut off later, with others.
    this.#frames[this.#start] = undefined as never
    this.#start++
  }

  #compact(): void {
    if (this.#start > 1_000 && this.#start > this.#frames.length / 2) {
      this.#frames = this.#frames.slice(this.#start)
      this.#start = 0
    }
  }
}
