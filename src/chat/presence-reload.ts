import type { PresenceStore, PresentSession } from '../store/presence-store.ts'
import type { StoreUpdate } from '../store/store.ts'

/** This node's list, which is brought in line with the store. */
interface KnownPresence {
  sessions(): number[]
  add(present: PresentSession): void
  /** The store does not have the session as present. */
  left(session: number): void
}

/**
 * Keeps the presence known here in line with the store, which many nodes change: asks who is present,
 * and decides when departures are to be believed.
 */
export class PresenceReload {
  readonly #store: Pick<PresenceStore, 'list'>
  readonly #known: KnownPresence
  readonly #retryMs: number
  #running: Promise<void> | undefined
  /** The sessions of updates that came while the store was asked: they are newer than its answer. */
  readonly #changedMeanwhile = new Set<number>()
  #settleTimer: NodeJS.Timeout | undefined
  #closed = false

  /** @param retryMs delay before a store that could not be asked is asked again */
  constructor(store: Pick<PresenceStore, 'list'>, known: KnownPresence, retryMs: number) {
    this.#store = store
    this.#known = known
    this.#retryMs = retryMs
  }

  /** While true, other nodes may yet enter again the sessions that the store reports as left. */
  get isSettling(): boolean {
    return this.#settleTimer !== undefined
  }

  noteUpdate({ entered, left, ended }: Pick<StoreUpdate, 'entered' | 'left' | 'ended'>): void {
    if (this.#running === undefined) return
    for (const { session } of entered) this.#changedMeanwhile.add(session)
    for (const session of [...left, ...ended]) this.#changedMeanwhile.add(session)
  }

  /** Takes over who is present from the store. @throws {Unavailable} */
  run(): Promise<void> {
    this.#running ??= this.#load().finally(() => {
      this.#running = undefined
      this.#changedMeanwhile.clear()
    })
    return this.#running
  }

  /** Settles for a while, then takes over who is present. */
  settle(milliseconds: number): void {
    clearTimeout(this.#settleTimer)
    this.#settleTimer = setTimeout(() => {
      this.#settleTimer = undefined
      this.run().catch(() => {
        if (!this.#closed) this.settle(this.#retryMs)
      })
    }, milliseconds)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#settleTimer)
  }

  async #load(): Promise<void> {
    const present = await this.#store.list()
    const isOutdated = (session: number) => this.#changedMeanwhile.has(session)
    const sessions = new Set(present.map(({ session }) => session))
    for (const each of present) if (!isOutdated(each.session)) this.#known.add(each)
    for (const session of this.#known.sessions()) {
      if (!sessions.has(session) && !isOutdated(session)) this.#known.left(session)
    }
  }
}
