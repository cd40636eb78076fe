import type { Session, Store, StoreUpdate } from '../store/store.ts'
import { type OnlineUserPage, OnlineUsers, type PresenceEvent } from './online-users.ts'
import { PresenceWriteQueue } from './presence-write-queue.ts'
import { mapStoreErrors } from './store-problems.ts'

/** What this server knows of a session with regard to presence. */
interface SessionPresence {
  /** Known from its first stream here on; it can be present from before this server began. */
  session: Session | undefined
  /** Streams open here. */
  streams: number
  /** Whether this server has told the store that it is present, and not since that it left. */
  entered: boolean
  grace: NodeJS.Timeout | undefined
  /** Resolved when the store has it as present. */
  waiters: (() => void)[]
}

interface PresenceOptions {
  graceMs: number
  retryMs?: number
  minIntervalMs?: number
}

/**
 * Who is online: people with an open stream, or with one that closed less than the grace period
 * ago, so that neither a reconnect nor a restart is an exit. The store's news alone change the
 * set, so what is told here is always stored.
 */
export class Presence {
  readonly #store: Pick<Store, 'presentSessions' | 'isUpToDate'>
  readonly #writes: PresenceWriteQueue
  readonly #graceMs: number
  readonly #retryMs: number
  readonly #onlineUsers = new OnlineUsers((change) => this.#changed(change))
  readonly #sessions = new Map<number, SessionPresence>()
  /** While this runs, that a session left is not believed: others may be yet to enter it again. */
  #settleTimer: NodeJS.Timeout | undefined
  /** Sessions of which it was told that they left, and which stay here all the same. */
  readonly #pendingDepartures = new Set<number>()
  #resyncing: Promise<void> | undefined
  /** Sessions that were told of while the store was asked who is present. */
  readonly #changedMeanwhile = new Set<number>()
  #storeUnavailable = false
  #closed = false
  readonly #listeners: ((change: PresenceEvent) => void)[] = []

  /**
   * @param graceMs how long after their last stream a session stays online, 0 to 600,000
   * @param retryMs how often a store that could not be written is tried again
   * @param minIntervalMs how long it rests between two writes
   */
  constructor(
    store: Pick<Store, 'presentSessions' | 'changePresence' | 'ping' | 'isUpToDate'>,
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
    this.#graceMs = graceMs
    this.#retryMs = retryMs
  }

  /** Takes over who was online when the server last ran; their grace begins anew. */
  async start(): Promise<void> {
    await this.#resync()
    for (const session of this.#onlineUsers.sessions()) {
      this.#beginGrace(session, this.#sessionPresence(session))
    }
  }

  /** Calls back for each person who comes or goes. */
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
   * A page of who is online, by name; `after` is a username, of someone online or not.
   *
   * @throws {Problem} `unavailable` where what is known here is old and the store cannot be asked
   */
  async list(wanted: { after?: string; limit: number }): Promise<OnlineUserPage> {
    if (!this.#store.isUpToDate) await mapStoreErrors(this.#resync())
    return this.#onlineUsers.page(wanted)
  }

  /** A stream of the session opened. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    const sessionPresence = this.#sessionPresence(session.id)
    sessionPresence.session = session
    sessionPresence.streams++
    clearTimeout(sessionPresence.grace)
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

  /** What the store says has changed. */
  applyUpdate({ entered, left, ended }: Pick<StoreUpdate, 'entered' | 'left' | 'ended'>): void {
    if (this.#resyncing) {
      for (const { session } of entered) this.#changedMeanwhile.add(session)
      for (const session of [...left, ...ended]) this.#changedMeanwhile.add(session)
    }
    for (const session of ended) this.#remove(session)
    for (const present of entered) this.#add(present)
    for (const session of left) this.#onSessionLeft(session)
  }

  /** A session that streams here had is no more, though the store did not tell of its end. */
  sessionEnded(session: number): void {
    this.#remove(session)
  }

  /** The store is out of touch: until `renew` nobody's grace runs, and nothing is told to it. */
  disconnected(): void {
    this.#storeUnavailable = true
    this.#writes.pause()
    for (const { grace } of this.#sessions.values()) clearTimeout(grace)
  }

  /**
   * The store is back, or has turned: everyone's grace begins anew. Whom this server had entered it
   * enters again, for that may be lost; and as the other servers do the same, nobody is taken to
   * have left for as long as the grace lasts.
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
    this.#settleAfter(this.#graceMs)
    this.#writes.resume()
  }

  /** Lets go of all timers; nobody leaves because a server stops. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#settleTimer)
    for (const sessionPresence of this.#sessions.values()) clearTimeout(sessionPresence.grace)
    await this.#writes.close()
  }

  #sessionPresence(session: number): SessionPresence {
    let sessionPresence = this.#sessions.get(session)
    if (sessionPresence === undefined) {
      sessionPresence = {
        session: undefined,
        streams: 0,
        entered: false,
        grace: undefined,
        waiters: [],
      }
      this.#sessions.set(session, sessionPresence)
    }
    return sessionPresence
  }

  #beginGrace(session: number, sessionPresence: SessionPresence): void {
    if (this.#closed || this.#storeUnavailable) return
    clearTimeout(sessionPresence.grace)
    sessionPresence.grace = setTimeout(() => this.#writes.leave(session), this.#graceMs)
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
    // Else the write that brought it is yet to return.
    if (sessionPresence?.entered) resolveWaiters(sessionPresence)
  }

  #remove(session: number): void {
    this.#pendingDepartures.delete(session)
    this.#onlineUsers.remove(session)
  }

  /** The store has the session no longer as present: who is here all the same enters it again. */
  #onSessionLeft(session: number): void {
    if (!this.#onlineUsers.has(session)) return
    const sessionPresence = this.#sessions.get(session)
    if (sessionPresence) sessionPresence.entered = false
    const here =
      sessionPresence && sessionPresence.streams > 0 ? sessionPresence.session : undefined
    if (here) this.#writes.enter(here)
    if (here || this.#settleTimer !== undefined) this.#pendingDepartures.add(session)
    else this.#remove(session)
  }

  /** Takes over who is present, but for what was told while the store was asked. */
  #resync(): Promise<void> {
    this.#resyncing ??= this.#loadPresent().finally(() => {
      this.#resyncing = undefined
      this.#changedMeanwhile.clear()
    })
    return this.#resyncing
  }

  async #loadPresent(): Promise<void> {
    const present = await this.#store.presentSessions()
    const changed = (session: number) => this.#changedMeanwhile.has(session)
    const sessions = new Set(present.map(({ session }) => session))
    for (const each of present) if (!changed(each.session)) this.#add(each)
    for (const session of this.#onlineUsers.sessions()) {
      if (!sessions.has(session) && !changed(session)) this.#onSessionLeft(session)
    }
  }

  /** Doubts whoever leaves for so long, and then believes what the store says. */
  #settleAfter(milliseconds: number): void {
    clearTimeout(this.#settleTimer)
    this.#settleTimer = setTimeout(() => {
      this.#settleTimer = undefined
      this.#resync().catch(() => {
        if (!this.#closed) this.#settleAfter(this.#retryMs)
      })
    }, milliseconds)
  }

  #changed(change: PresenceEvent): void {
    for (const listener of this.#listeners) listener(change)
  }
}

function resolveWaiters({ waiters }: SessionPresence): void {
  for (const resolve of waiters.splice(0)) resolve()
}
