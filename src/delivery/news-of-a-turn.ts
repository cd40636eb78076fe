import type { News } from '../store/store.ts'

export type Delivered = Pick<News, 'extent' | 'entries' | 'ended'>

/**
 * Gathers the news of one turn of the event loop and delivers it at the turn's end, as one. So the
 * posts that brought it are answered before the streams are written to, and what their senders say
 * next is there when that is done, to be read in one turn and stored as one batch: on a busy server
 * this halves the writes, of which every stream costs one a batch.
 */
export class NewsOfATurn {
  readonly #deliver: (news: Delivered) => void
  #waiting: Delivered | undefined

  constructor(deliver: (news: Delivered) => void) {
    this.#deliver = deliver
  }

  add({ extent, entries, ended }: Delivered): void {
    // What was said before a session ended still reaches its streams.
    if (ended.length > 0) this.flush()
    if (this.#waiting === undefined) {
      this.#waiting = { extent, entries, ended }
      setImmediate(() => this.flush())
      return
    }
    const { entries: earlier, ended: endedEarlier } = this.#waiting
    this.#waiting = { extent, entries: [...earlier, ...entries], ended: endedEarlier }
  }

  /** Delivers what waits now, before something that must come after it. */
  flush(): void {
    if (this.#waiting === undefined) return
    const news = this.#waiting
    this.#waiting = undefined
    this.#deliver(news)
  }
}
