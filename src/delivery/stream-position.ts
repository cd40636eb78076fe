import type { Cursor, LogBounds } from '../store/message-log.ts'
import { formatCursor } from './cursor.ts'
import type { LogReader, StoredBatch } from './log-reader.ts'

/** An id on one log, up to which a stream has written all that its person may see. */
export class StreamPosition {
  id = 0
  readonly #logReader: Pick<LogReader, 'epoch' | 'generation'>
  #epoch = ''
  /** Of the log reader, when the position was found to be on the log. */
  #generation = 0

  constructor(logReader: Pick<LogReader, 'epoch' | 'generation'>) {
    this.#logReader = logReader
  }

  /** @param generation of the log reader before the store was asked for the bounds */
  moveTo(id: number, { epoch }: LogBounds, generation: number): void {
    this.id = id
    this.#epoch = epoch
    this.#generation = generation
  }

  get cursor(): Cursor {
    return { id: this.id, epoch: this.#epoch }
  }

  /** The cursor as clients get it. */
  get eventId(): string {
    return formatCursor(this.id, this.#epoch)
  }

  /** Whether the log has diverged since, or this server has yet to hear that it has. */
  get hasDiverged(): boolean {
    const { epoch, generation } = this.#logReader
    return epoch !== this.#epoch || generation !== this.#generation
  }

  /** Whether the position is on a log that this server has yet to hear of. Epochs sort by age. */
  get isAhead(): boolean {
    return this.#epoch > this.#logReader.epoch
  }

  /** Whether a batch was read from another log. */
  differsFrom({ bounds }: StoredBatch): boolean {
    return bounds.epoch !== this.#epoch || this.hasDiverged
  }
}
