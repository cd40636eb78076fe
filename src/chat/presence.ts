import type { Session } from '../store/session-store.ts'
import type { Store, StoreUpdate } from '../store/store.ts'
import { type OnlineUserPage, OnlineUsers, type PresenceEvent } from './online-users.ts'
import { PresenceResync } from './presence-refresh.ts'
import { PresenceWriteQueue } from './presence-write-queue.ts'
import { mapStoreErrors } from './store-problems.ts'

/** The presence of one session on this server. */
interface SessionPresence {
  /** Undefined until its first stream here: it can be present from before this server started. */
  session: Session | undefined
  /** How many streams are open here. */
  streams: number
  /** Whether this server has written to the store that it is present, and not since that it left. */
  entered: boolean
  graceTimer: NodeJS.Timeout | undefined
  /** Resolved when the store has the session as present. */
  waiters: (() => void)[]
}

interface PresenceOptions {
  graceMs: number
  retryMs?: number
  minIntervalMs?: number
}

/**
 * Who is online: people with an open stream, or with one that closed less than the grace period ago,
 * so that nobody leaves by a reconnect or a restart. Only what the store says changes the list (its
 * updates, and its answer when it is asked), so everything that clients see of it is stored.
 */
export class Presence {
  readonly #store: Pick<Store, 'isUpToDate'>
  readonly #writes: PresenceWriteQueue
  readonly #resync: PresenceResync
  readonly #graceMs: number
  readonly #onlineUsers = new OnlineUsers((change) => this.#changed(change))
  readonly #sessions = new Map<number, SessionPresence>()
  /** Sessions that the store has reported as left, and that stay online here for the time being. */
  readonly #pendingDepartures = new Set<number>()
  #storeUnavailable = false
  #closed = false
  readonly #listeners: ((change: PresenceEvent) => void)[] = []

  /**
   * @param graceMs how long a session stays online after its last stream, 0 to 600,000
   * @param retryMs how often a store that could not be written is tried again
   * @param minIntervalMs the shortest time between two writes
   */
  constructor(
    store: Pick<Store, 'presence' | 'ping' | 'isUpToDate'>,
    { graceMs, retryMs = 1000, minIntervalMs = 5 }: PresenceOptions,
  ) {
    this.#store = store
    this.#writes = new PresenceWriteQueue(
      store,
      {
        leaving: (session) => {
          this.#sessionPresence(session).entered = false
        },
        entered: (session) => this.#onEnterWritten(session),
        left: (session) => this.#onLeaveWritten(session),
        reconnected: () => this.renew(),
      },
      { retryMs, minIntervalMs },
    )
    this.#resync = new PresenceResync(
      store.presence,
      {
        sessions: () => this.#onlineUsers.sessions(),
        add: (present) => this.#add(present),
        left: (session) => this.#onSessionLeft(session),
      },
      retryMs,
    )
    this.#graceMs = graceMs
  }

  /** Takes over who is online in the store, and starts their grace periods. */
  async start(): Promise<void> {
    await this.#resync.run()
    for (const session of this.#onlineUsers.sessions()) {
      this.#beginGrace(session, this.#sessionPresence(session))
    }
  }

  /** Calls back for each person who comes or leaves. */
  onChanged(listener: (change: PresenceEvent) => void): void {
    this.#listeners.push(listener)
  }

  get count(): number {
    return this.#onlineUsers.count
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    return this.#onlineUsers.names()
  }

  /**
   * A page in the order of names; `after` is the username of anyone, online or not.
   *
   * @throws {Problem} `unavailable` if the list here is outdated and the store cannot be asked
   */
  async list(wanted: { after?: string; limit: number }): Promise<OnlineUserPage> {
    if (!this.#store.isUpToDate) await mapStoreErrors(this.#resync.run())
    return this.#onlineUsers.page(wanted)
  }

  /** A stream of the session opened. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    const sessionPresence = this.#sessionPresence(session.id)
    sessionPresence.session = session
    sessionPresence.streams++
    clearTimeout(sessionPresence.graceTimer)
    if (sessionPresence.entered && this.#store.isUpToDate) {
      this.#writes.cancel(session.id)
      return Promise.resolve()
    }
    this.#writes.enter(session)
    return new Promise((resolve) => sessionPresence.waiters.push(resolve))
  }

  /** A stream of the session closed. */
  leave(session: number): void {
    const sessionPresence = this.#sessionPresence(session)
    sessionPresence.streams--
    if (sessionPresence.streams === 0) this.#beginGrace(session, sessionPresence)
  }

  applyUpdate(update: Pick<StoreUpdate, 'entered' | 'left' | 'ended'>): void {
    this.#resync.noteUpdate(update)
    const { entered, left, ended } = update
    for (const session of ended) this.#remove(session)
    for (const present of entered) this.#add(present)
    for (const session of left) this.#onSessionLeft(session)
  }

  /** The session of a stream was lost with the end of the log, which the store does not report. */
  sessionEnded(session: number): void {
    this.#remove(session)
  }

  /** The store is unavailable: until `renew` no grace period runs, and nothing is written. */
  disconnected(): void {
    this.#storeUnavailable = true
    this.#writes.pause()
    for (const { graceTimer } of this.#sessions.values()) clearTimeout(graceTimer)
  }

  /**
   * The store is available again or has diverged. Grace periods start again, and this server enters
   * its sessions again, since their presence may be lost. The other nodes do the same, so departures
   * are not believed for one grace period.
   */
  renew(): void {
    if (this.#closed) return
    this.#storeUnavailable = false
    for (const [id, sessionPresence] of this.#sessions) {
      const { session, entered, streams } = sessionPresence
      this.#writes.cancel(id)
      if (session && (entered || streams > 0)) this.#writes.enter(session)
      sessionPresence.entered = false
      if (streams === 0) this.#beginGrace(id, sessionPresence)
    }
    this.#resync.settle(this.#graceMs)
    this.#writes.resume()
  }

  /** Stops all timers and writes. Nobody leaves because a server stops. */
  async close(): Promise<void> {
    this.#closed = true
    this.#resync.close()
    for (const { graceTimer } of this.#sessions.values()) clearTimeout(graceTimer)
    await this.#writes.close()
  }

  #sessionPresence(session: number): SessionPresence {
    let sessionPresence = this.#sessions.get(session)
    if (sessionPresence === undefined) {
      sessionPresence = {
        session: undefined,
        streams: 0,
        entered: false,
        graceTimer: undefined,
        waiters: [],
      }
      this.#sessions.set(session, sessionPresence)
    }
    return sessionPresence
  }

  #beginGrace(session: number, sessionPresence: SessionPresence): void {
    if (this.#closed || this.#storeUnavailable) return
    clearTimeout(sessionPresence.graceTimer)
    sessionPresence.graceTimer = setTimeout(() => this.#writes.leave(session), this.#graceMs)
  }

  #onEnterWritten(session: number): void {
    const sessionPresence = this.#sessionPresence(session)
    sessionPresence.entered = true
    if (this.#onlineUsers.has(session)) resolveWaiters(sessionPresence)
  }

  #onLeaveWritten(session: number): void {
    if (this.#pendingDepartures.has(session)) this.#remove(session)
    if (this.#sessionPresence(session).streams > 0 || this.#writes.has(session)) return
    this.#sessions.delete(session)
  }

  #add(present: StoreUpdate['entered'][number]): void {
    this.#pendingDepartures.delete(present.session)
    this.#onlineUsers.add(present)
    const sessionPresence = this.#sessions.get(present.session)
    // Otherwise the write that entered it has yet to return.
    if (sessionPresence?.entered) resolveWaiters(sessionPresence)
  }

  #remove(session: number): void {
    this.#pendingDepartures.delete(session)
    this.#onlineUsers.remove(session)
  }

  /** The store does not have the session as present. If it has a stream here, it is entered again. */
  #onSessionLeft(session: number): void {
    if (!this.#onlineUsers.has(session)) return
    const sessionPresence = this.#sessions.get(session)
    if (sessionPresence) sessionPresence.entered = false
    const here =
      sessionPresence && sessionPresence.streams > 0 ? sessionPresence.session : undefined
    if (here) this.#writes.enter(here)
    if (here || this.#resync.isSettling) this.#pendingDepartures.add(session)
    else this.#remove(session)
  }

  #changed(change: PresenceEvent): void {
    for (const listener of this.#listeners) listener(change)
  }
}

function resolveWaiters({ waiters }: SessionPresence): void {
  for (const resolve of waiters.splice(0)) resolve()
}
