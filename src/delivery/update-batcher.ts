import type { Entry } from '../store/message-log.ts'
import type { StoreUpdate } from '../store/store.ts'

/** What an update has for the streams. */
export type StreamUpdate = Pick<
  StoreUpdate,
  'bounds' | 'entries' | 'ended' | 'renewed' | 'accounts' | 'read' | 'typing'
>

/**
 * Coalesces the updates of one event-loop turn, so that responses are sent before the fan-out. The
 * next posts of their senders then arrive during the fan-out and are stored as one batch, which
 * halves the writes on a busy server. `docs/design/delivery.md` has the order of the turns.
 */
export class UpdateBatcher {
  readonly #deliver: (update: StreamUpdate) => void
  #pending: StreamUpdate | undefined

  constructor(deliver: (update: StreamUpdate) => void) {
    this.#deliver = deliver
  }

  add({ bounds, entries, ended, renewed, accounts, read, typing }: StreamUpdate): void {
    // Messages of earlier updates must still reach the streams of a session that ends now. So only the
    // first update of a turn, or the first after a flush, can have ended sessions.
    if (ended.length > 0 || this.#wouldTellLeavers(entries)) this.flush()
    if (this.#pending === undefined) {
      this.#pending = { bounds, entries, ended, renewed, accounts, read, typing }
      setImmediate(() => this.flush())
      return
    }
    const pending = this.#pending
    this.#pending = {
      bounds,
      entries: [...pending.entries, ...entries],
      ended: pending.ended,
      renewed: [...pending.renewed, ...renewed],
      accounts: [...pending.accounts, ...accounts],
      read: [...pending.read, ...read],
      typing: [...pending.typing, ...typing],
    }
  }

  /** Delivers the pending update at once, before something that must follow it. */
  flush(): void {
    if (this.#pending === undefined) return
    const update = this.#pending
    this.#pending = undefined
    this.#deliver(update)
  }

  /** `flush`, if the pending update edits or deletes older messages. */
  flushChanges(): void {
    if (this.#pending?.entries.some(({ kind }) => changesOlder.has(kind))) this.flush()
  }

  /**
   * Whether the new text of an edit could be told to someone who left its room before: in one update, a
   * pending message gets the text of its edit, also for those who leave between the two.
   */
  #wouldTellLeavers(entries: readonly Entry[]): boolean {
    const pending = this.#pending?.entries ?? []
    if (pending.length === 0 || !entries.some(({ kind }) => kind === 'edited')) return false
    return [...pending, ...entries].some(({ kind }) => kind === 'left')
  }
}

const changesOlder: ReadonlySet<Entry['kind']> = new Set(['edited', 'deleted', 'room-deleted'])
