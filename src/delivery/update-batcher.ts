import type { StoreUpdate } from '../store/store.ts'

export type LogUpdate = Pick<StoreUpdate, 'bounds' | 'entries' | 'ended'>

/**
 * Coalesces the updates of one event-loop turn, so that responses are sent before the fan-out. The
 * next posts of their senders then arrive during the fan-out and are stored as one batch, which
 * halves the writes on a busy server. `docs/design/delivery.md` has the order of the turns.
 */
export class UpdateBatcher {
  readonly #deliver: (update: LogUpdate) => void
  #pending: LogUpdate | undefined

  constructor(deliver: (update: LogUpdate) => void) {
    this.#deliver = deliver
  }

  add({ bounds, entries, ended }: LogUpdate): void {
    // Messages of earlier updates must still reach the streams of a session that ends now. So only the
    // first update of a turn, or the first after a flush, can have ended sessions.
    if (ended.length > 0) this.flush()
    if (this.#pending === undefined) {
      this.#pending = { bounds, entries, ended }
      setImmediate(() => this.flush())
      return
    }
    const pending = this.#pending
    this.#pending = { bounds, entries: [...pending.entries, ...entries], ended: pending.ended }
  }

  /** Delivers the pending update at once, before something that must follow it. */
  flush(): void {
    if (this.#pending === undefined) return
    const update = this.#pending
    this.#pending = undefined
    this.#deliver(update)
  }
}
