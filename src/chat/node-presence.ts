import type { Session } from '../store/session-store.ts'
import type { Store } from '../store/store.ts'
import { PresenceWriteQueue } from './presence-write-queue.ts'

export interface NodePresenceOptions {
  graceMs: number
  retryMs: number
  minIntervalMs: number
}

interface NodePresenceListener {
  /** Whether the list of this node has the session as present. */
  isPresent(session: number): boolean
  /** Its departure was written, after its last stream here and the grace period. */
  departed(session: number): void
  /** A store that could not be written can be written again. */
  writable(): void
}

/** A session with a stream here, or in its grace period here. */
class LocalSession {
  /** Undefined until its first stream here: it can be present from before this node started. */
  session: Session | undefined
  /** How many streams are open here. */
  streams = 0
  /** Whether this node has written to the store that it is present, and not since that it left. */
  entered = false
  graceTimer: NodeJS.Timeout | undefined
  /** Called when the store has the session as present. */
  waiters: (() => void)[] = []

  resolveWaiters(): void {
    for (const resolve of this.waiters.splice(0)) resolve()
  }
}

/**
 * What this node contributes to presence: it enters the sessions that have a stream here, and
 * removes each one grace period after its last stream here.
 */
export class NodePresence {
  readonly #store: Pick<Store, 'isUpToDate'>
  readonly #listener: NodePresenceListener
  readonly #graceMs: number
  readonly #writes: PresenceWriteQueue
  readonly #sessions = new Map<number, LocalSession>()

  constructor(
    store: Pick<Store, 'presence' | 'ping' | 'isUpToDate'>,
    listener: NodePresenceListener,
    { graceMs, ...times }: NodePresenceOptions,
  ) {
    this.#store = store
    this.#listener = listener
    this.#graceMs = graceMs
    this.#writes = new PresenceWriteQueue(
      store,
      {
        leaving: (session) => {
          this.#local(session).entered = false
        },
        entered: (session) => this.#onEnterWritten(session),
        left: (session) => this.#onLeaveWritten(session),
        writable: () => listener.writable(),
      },
      times,
    )
  }

  /** Counts a stream of the session. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    const local = this.#local(session.id)
    local.session = session
    local.streams++
    clearTimeout(local.graceTimer)
    if (local.entered && this.#store.isUpToDate) {
      this.#writes.cancel(session.id)
      return Promise.resolve()
    }
    this.#writes.enter(session)
    return new Promise((resolve) => local.waiters.push(resolve))
  }

  *sessionsWithStreams(): Iterable<number> {
    for (const [session, { streams }] of this.#sessions) if (streams > 0) yield session
  }

  /** Stops counting a stream of the session. */
  leave(session: number): void {
    const local = this.#local(session)
    local.streams--
    if (local.streams === 0) this.beginGrace(session)
  }

  /** Removes the session after the grace period, unless it gets a stream here before. */
  beginGrace(session: number): void {
    // `renew` begins it, if the store is disconnected. Nobody leaves because a node stops.
    if (this.#writes.isPaused) return
    const local = this.#local(session)
    clearTimeout(local.graceTimer)
    local.graceTimer = setTimeout(() => this.#writes.leave(session), this.#graceMs)
  }

  /** The list has the session as present. */
  appeared(session: number): void {
    const local = this.#sessions.get(session)
    // Otherwise the write that entered it has yet to return.
    if (local?.entered) local.resolveWaiters()
  }

  /**
   * The store does not have the session as present. If it has a stream here, it is entered again.
   *
   * @returns whether it has a stream here
   */
  enterAgain(session: number): boolean {
    const local = this.#sessions.get(session)
    if (local === undefined) return false
    local.entered = false
    if (local.session === undefined || local.streams === 0) return false
    this.#writes.enter(local.session)
    return true
  }

  /** The store is disconnected: until `renew` no grace period runs, and nothing is written. */
  pause(): void {
    this.#writes.pause()
    for (const { graceTimer } of this.#sessions.values()) clearTimeout(graceTimer)
  }

  /** Enters this node's sessions again, since the store may have lost them, and restarts grace periods. */
  renew(): void {
    this.#writes.resume()
    for (const [id, local] of this.#sessions) {
      const { session, entered, streams } = local
      this.#writes.cancel(id)
      if (session && (entered || streams > 0)) this.#writes.enter(session)
      local.entered = false
      if (streams === 0) this.beginGrace(id)
    }
  }

  /** Stops all timers and writes; resolves when the running write has ended. */
  async close(): Promise<void> {
    this.pause()
    await this.#writes.close()
  }

  #local(session: number): LocalSession {
    const local = this.#sessions.get(session) ?? new LocalSession()
    this.#sessions.set(session, local)
    return local
  }

  #onEnterWritten(session: number): void {
    const local = this.#local(session)
    local.entered = true
    if (this.#listener.isPresent(session)) local.resolveWaiters()
  }

  #onLeaveWritten(session: number): void {
    this.#listener.departed(session)
    if (this.#local(session).streams > 0 || this.#writes.has(session)) return
    this.#sessions.delete(session)
  }
}
