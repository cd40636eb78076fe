import type { Cursor, LogBounds } from '../store/store.ts'
import { formatCursor } from './cursor.ts'
import type { LogReader, StoredBatch } from './log-reader.ts'

/** Where a stream stands: up to an id of one log, everything that its person may see is written. */
export class StreamPosition {
  id = 0
  readonly #logReader: Pick<LogReader, 'epoch' | 'generation'>
  #epoch = ''
  /** How often the log had turned when it was found that this stands on it. */
  #generation = 0

  constructor(logReader: Pick<LogReader, 'epoch' | 'generation'>) {
    this.#logReader = logReader
  }

  /** @param generation how often the log had turned before the store was asked */
  moveTo(id: number, { epoch }: LogBounds, generation: number): void {
    this.id = id
    this.#epoch = epoch
    this.#generation = generation
  }

  get cursor(): Cursor {
    return { id: this.id, epoch: this.#epoch }
  }

  /** As clients get it. */
  get eventId(): string {
    return formatCursor(this.id, this.#epoch)
  }

  /** Whether the log has turned since, here or by what this server has yet to hear. */
  get hasDiverged(): boolean {
    const { epoch, generation } = this.#logReader
    return epoch !== this.#epoch || generation !== this.#generation
  }

  /** Whether it is on a log that this server has yet to hear of. Epochs sort by their birth. */
  get isAhead(): boolean {
    return this.#epoch > this.#logReader.epoch
  }

  /** Whether a batch was read from another log than this stands on. */
  differsFrom({ bounds }: StoredBatch): boolean {
    return bounds.epoch !== this.#epoch || this.hasDiverged
  }
}
