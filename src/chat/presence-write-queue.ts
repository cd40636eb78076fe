import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'

export interface PresenceWriteListener {
  /** The departure of a session is about to be written. */
  leaving(session: number): void
  entered(session: number): void
  left(session: number): void
  /** A store that could not be written can be written again. No departure was written meanwhile. */
  writable(): void
}

/**
 * Writes changes of presence to the store. They are gathered while a write runs and for a moment
 * after it, and tried again if a write fails.
 */
export class PresenceWriteQueue {
  readonly #store: Pick<Store, 'presence' | 'ping'>
  readonly #listener: PresenceWriteListener
  readonly #retryMs: number
  readonly #minIntervalMs: number
  /** By session id. */
  #pending = new Map<number, Session | 'leaves'>()
  #writing: Promise<void> | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #paused = false

  /**
   * @param times.retryMs how often a store that could not be written is pinged
   * @param times.minIntervalMs the shortest time from one write to the next: when everyone comes back
   *   at once, a few large writes cost much less than many small ones
   */
  constructor(
    store: Pick<Store, 'presence' | 'ping'>,
    listener: PresenceWriteListener,
    { retryMs, minIntervalMs }: { retryMs: number; minIntervalMs: number },
  ) {
    this.#store = store
    this.#listener = listener
    this.#retryMs = retryMs
    this.#minIntervalMs = minIntervalMs
  }

  /** Replaces an earlier change of the same session, as `leave` does. */
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

  get isPaused(): boolean {
    return this.#paused
  }

  /** Stops writes and pings until `resume`. */
  pause(): void {
    this.#paused = true
    this.#cancelRetry()
  }

  resume(): void {
    this.#paused = false
    this.#cancelRetry()
    if (this.#pending.size > 0) this.#writing ??= this.#writeAll()
  }

  /** Stops; resolves when the running write has ended. */
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
    // Starts in a later microtask, so that changes made in this one are included.
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
      await this.#store.presence.change({ enter, leave })
      for (const { id } of enter) this.#listener.entered(id)
      for (const session of leave) this.#listener.left(session)
    } catch {
      // Departures are not tried again: grace periods start again once the store is available.
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
    if (!this.#paused) this.#listener.writable()
  }

  #cancelRetry(): void {
    clearTimeout(this.#retryTimer)
    this.#retryTimer = undefined
  }
}
