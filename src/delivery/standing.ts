import type { Cursor, Extent } from '../store/store.ts'
import { formatCursor } from './cursor.ts'
import type { PortionRead, Tail } from './tail.ts'

/** Where a stream stands: up to an id of one log, everything that its person may see is written. */
export class Standing {
  id = 0
  readonly #tail: Pick<Tail, 'epoch' | 'turns'>
  #epoch = ''
  /** How often the log had turned when it was found that this stands on it. */
  #turns = 0

  constructor(tail: Pick<Tail, 'epoch' | 'turns'>) {
    this.#tail = tail
  }

  /** @param turns how often the log had turned before the store was asked */
  standAt(id: number, { epoch }: Extent, turns: number): void {
    this.id = id
    this.#epoch = epoch
    this.#turns = turns
  }

  get cursor(): Cursor {
    return { id: this.id, epoch: this.#epoch }
  }

  /** As clients get it. */
  get text(): string {
    return formatCursor(this.id, this.#epoch)
  }

  /** Whether the log has turned since, here or by what this server has yet to hear. */
  get turned(): boolean {
    const { epoch, turns } = this.#tail
    return epoch !== this.#epoch || turns !== this.#turns
  }

  /** Whether it is on a log that this server has yet to hear of. Epochs sort by their birth. */
  get ahead(): boolean {
    return this.#epoch > this.#tail.epoch
  }

  /** Whether a portion was read from another log than this stands on. */
  differsFrom({ extent }: PortionRead): boolean {
    return extent.epoch !== this.#epoch || this.turned
  }
}
