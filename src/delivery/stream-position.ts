import type { Cursor, LogBounds } from '../store/message-log.ts'
import { formatCursor } from './cursor.ts'
import type { LogCache, StoredBatch } from './log-cache.ts'

/** An id on one log, up to which a stream has written all that its person may see. */
export class StreamPosition {
  id = 0
  readonly #logCache: Pick<LogCache, 'epoch' | 'generation' | 'head'>
  #epoch = ''
  /** The newest epoch that the store has named. Epochs sort by age. */
  #newestEpoch = ''
  /** Of the log cache, when the position was found to be on the log. */
  #generation = 0

  constructor(logCache: Pick<LogCache, 'epoch' | 'generation' | 'head'>) {
    this.#logCache = logCache
  }

  /** @param generation of the log cache before the store was asked for the bounds */
  moveTo(id: number, { epoch }: LogBounds, generation: number): void {
    this.id = id
    this.#epoch = epoch
    this.#newestEpoch = epoch
    this.#generation = generation
  }

  get cursor(): Cursor {
    return { id: this.id, epoch: this.#epoch }
  }

  /** The cursor as clients get it. */
  get eventId(): string {
    return formatCursor(this.id, this.#epoch)
  }

  /** Whether the log has diverged since the position was found on it. */
  get hasDiverged(): boolean {
    const { epoch, generation } = this.#logCache
    return epoch !== this.#epoch || generation !== this.#generation
  }

  /**
   * Whether the store has told this stream of more than this server has heard of: of a newer log, or of
   * ids past the head. The update or divergence is on its way.
   */
  get isAhead(): boolean {
    const { epoch, head } = this.#logCache
    return this.#newestEpoch > epoch || (this.id > head && !this.hasDiverged)
  }

  /** The newest id that this server has heard of; rooms that were just loaded may be ahead of the log. */
  endOfLog({ loadedHead }: { loadedHead: number }): number {
    return Math.max(this.#logCache.head, loadedHead)
  }

  /** @returns false for a batch from another log than the position's: it must not be written */
  accepts({ bounds: { epoch } }: StoredBatch): boolean {
    this.#newestEpoch = epoch
    return epoch === this.#epoch && !this.hasDiverged
  }
}
