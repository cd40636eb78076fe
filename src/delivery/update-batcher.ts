import type { StoreUpdate } from '../store/store.ts'

export type LogUpdate = Pick<StoreUpdate, 'bounds' | 'entries' | 'ended'>

/**
 * Gathers the update of one turn of the event loop and delivers it at the turn's end, as one. So the
 * posts that brought it are answered before the streams are written to, and what their senders say
 * next is there when that is done, to be read in one turn and stored as one batch: on a busy server
 * this halves the writes, of which every stream costs one a batch.
 */
export class UpdateBatcher {
  readonly #deliver: (update: LogUpdate) => void
  #pending: LogUpdate | undefined

  constructor(deliver: (update: LogUpdate) => void) {
    this.#deliver = deliver
  }

  add({ bounds, entries, ended }: LogUpdate): void {
    // What was said before a session ended still reaches its streams.
    if (ended.length > 0) this.flush()
    if (this.#pending === undefined) {
      this.#pending = { bounds, entries, ended }
      setImmediate(() => this.flush())
      return
    }
    const { entries: earlier, ended: endedEarlier } = this.#pending
    this.#pending = { bounds, entries: [...earlier, ...entries], ended: endedEarlier }
  }

  /** Delivers what waits now, before something that must come after it. */
  flush(): void {
    if (this.#pending === undefined) return
    const update = this.#pending
    this.#pending = undefined
    this.#deliver(update)
  }
}
