import type { Session, Store } from '../store/store.ts'

/** Who hears of what was written. */
export interface PresenceWriteListener {
  /** The store is about to be told that a session leaves. */
  leaving(session: number): void
  entered(session: number): void
  left(session: number): void
  /** A store that could not be written is back: nobody has been taken out meanwhile. */
  reconnected(): void
}

/**
 * What the store is to be told of presence: gathered while one write is under way and a moment
 * longer, and tried again where it could not be written.
 */
export class PresenceWriteQueue {
  readonly #store: Pick<Store, 'changePresence' | 'ping'>
  readonly #listener: PresenceWriteListener
  readonly #retryMs: number
  readonly #minIntervalMs: number
  /** By id: the session that enters, or that it leaves. */
  #pending = new Map<number, Session | 'leaves'>()
  #writing: Promise<void> | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #paused = false

  /**
   * @param times.retryMs how often a store that could not be written is asked whether it is back
   * @param times.minIntervalMs how long after a write the next begins: where everyone comes back at once,
   *   a write costs the server more than most of what it holds
   */
  constructor(
    store: Pick<Store, 'changePresence' | 'ping'>,
    listener: PresenceWriteListener,
    { retryMs, minIntervalMs }: { retryMs: number; minIntervalMs: number },
  ) {
    this.#store = store
    this.#listener = listener
    this.#retryMs = retryMs
    this.#minIntervalMs = minIntervalMs
  }

  /** The newest wish for a session counts. */
  enter(session: Session): void {
    this.#enqueue(session.id, session)
  }

  leave(session: number): void {
    this.#enqueue(session, 'leaves')
  }

  cancel(session: number): void {
    this.#pending.delete(session)
  }

  has(session: number): boolean {
    return this.#pending.has(session)
  }

  /** Writes nothing until `resume`, and does not ask whether the store is back. */
  pause(): void {
    this.#paused = true
    this.#cancelRetry()
  }

  /** The store is back. */
  resume(): void {
    this.#paused = false
    this.#cancelRetry()
    if (this.#pending.size > 0) this.#writing ??= this.#writeAll()
  }

  /** Writes no more; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.pause()
    await this.#writing
  }

  #enqueue(session: number, what: Session | 'leaves'): void {
    this.#pending.set(session, what)
    if (this.#canWrite) this.#writing ??= this.#writeAll()
  }

  get #canWrite(): boolean {
    return !this.#paused && this.#retryTimer === undefined
  }

  async #writeAll(): Promise<void> {
    // Begins in a later turn, so that what is wanted in this one goes along.
    await undefined
    while (this.#pending.size > 0 && this.#canWrite) {
      const pending = this.#pending
      this.#pending = new Map()
      const enter: Session[] = []
      const leave: number[] = []
      for (const [session, what] of pending) {
        if (what === 'leaves') leave.push(session)
        else enter.push(what)
      }
      await this.#write(enter, leave)
      await new Promise((resolve) => setTimeout(resolve, this.#minIntervalMs))
    }
    this.#writing = undefined
  }

  async #write(enter: readonly Session[], leave: readonly number[]): Promise<void> {
    for (const session of leave) this.#listener.leaving(session)
    try {
      await this.#store.changePresence({ enter, leave })
      for (const { id } of enter) this.#listener.entered(id)
      for (const session of leave) this.#listener.left(session)
    } catch {
      // Leaving is not tried again: once the store is back, there is a new grace.
      for (const session of enter) {
        if (!this.#pending.has(session.id)) this.#pending.set(session.id, session)
      }
      this.#scheduleRetry()
    }
  }

  #scheduleRetry(): void {
    if (!this.#paused) this.#retryTimer = setTimeout(() => this.#checkStore(), this.#retryMs)
  }

  async #checkStore(): Promise<void> {
    try {
      await this.#store.ping()
    } catch {
      this.#scheduleRetry()
      return
    }
    if (!this.#paused) this.#listener.reconnected()
  }

  #cancelRetry(): void {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
  }
}
