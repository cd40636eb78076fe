import type { Session, Store } from '../store/store.ts'

/** Who hears of what was written. */
export interface PresenceWriter {
  /** The store is about to be told that a session leaves. */
  leaving(session: number): void
  entered(session: number): void
  left(session: number): void
  /** A store that could not be written is back: nobody has been taken out meanwhile. */
  back(): void
}

/**
 * What the store is to be told of presence: gathered while one write is under way and a moment
 * longer, and tried again where it could not be written.
 */
export class PresenceWrites {
  readonly #store: Pick<Store, 'changePresence' | 'ping'>
  readonly #writer: PresenceWriter
  readonly #retryMs: number
  readonly #restMs: number
  /** By id: the session that enters, or that it leaves. */
  #wanted = new Map<number, Session | 'leaves'>()
  #writing: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #paused = false

  /**
   * @param times.retryMs how often a store that could not be written is asked whether it is back
   * @param times.restMs how long after a write the next begins: where everyone comes back at once,
   *   a write costs the server more than most of what it holds
   */
  constructor(
    store: Pick<Store, 'changePresence' | 'ping'>,
    writer: PresenceWriter,
    { retryMs, restMs }: { retryMs: number; restMs: number },
  ) {
    this.#store = store
    this.#writer = writer
    this.#retryMs = retryMs
    this.#restMs = restMs
  }

  /** The newest wish for a session counts. */
  enter(session: Session): void {
    this.#want(session.id, session)
  }

  leave(session: number): void {
    this.#want(session, 'leaves')
  }

  forget(session: number): void {
    this.#wanted.delete(session)
  }

  has(session: number): boolean {
    return this.#wanted.has(session)
  }

  /** Writes nothing until `resume`, and does not ask whether the store is back. */
  pause(): void {
    this.#paused = true
    this.#endRetry()
  }

  /** The store is back. */
  resume(): void {
    this.#paused = false
    this.#endRetry()
    if (this.#wanted.size > 0) this.#writing ??= this.#writeAll()
  }

  /** Writes no more; resolves when what is under way has ended. */
  async close(): Promise<void> {
    this.pause()
    await this.#writing
  }

  #want(session: number, what: Session | 'leaves'): void {
    this.#wanted.set(session, what)
    if (this.#mayWrite) this.#writing ??= this.#writeAll()
  }

  get #mayWrite(): boolean {
    return !this.#paused && this.#retry === undefined
  }

  async #writeAll(): Promise<void> {
    // Begins in a later turn, so that what is wanted in this one goes along.
    await undefined
    while (this.#wanted.size > 0 && this.#mayWrite) {
      const wanted = this.#wanted
      this.#wanted = new Map()
      const enter: Session[] = []
      const leave: number[] = []
      for (const [session, what] of wanted) {
        if (what === 'leaves') leave.push(session)
        else enter.push(what)
      }
      await this.#write(enter, leave)
      await new Promise((resolve) => setTimeout(resolve, this.#restMs))
    }
    this.#writing = undefined
  }

  async #write(enter: readonly Session[], leave: readonly number[]): Promise<void> {
    for (const session of leave) this.#writer.leaving(session)
    try {
      await this.#store.changePresence({ enter, leave })
      for (const { id } of enter) this.#writer.entered(id)
      for (const session of leave) this.#writer.left(session)
    } catch {
      // Leaving is not tried again: once the store is back, there is a new grace.
      for (const session of enter) {
        if (!this.#wanted.has(session.id)) this.#wanted.set(session.id, session)
      }
      this.#tryLater()
    }
  }

  #tryLater(): void {
    if (!this.#paused) this.#retry = setTimeout(() => this.#tryAgain(), this.#retryMs)
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#store.ping()
    } catch {
      this.#tryLater()
      return
    }
    if (!this.#paused) this.#writer.back()
  }

  #endRetry(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
  }
}
