import type { Session } from '../store/session-store.ts'
import type { Store, StoreUpdate } from '../store/store.ts'
import { NodePresence, type NodePresenceOptions } from './node-presence.ts'
import { type OnlineChange, type OnlineUserPage, OnlineUsers } from './online-users.ts'
import { PresenceReload } from './presence-reload.ts'
import { mapStoreErrors } from './store-problems.ts'

type PresenceOptions = Pick<NodePresenceOptions, 'graceMs'> & Partial<NodePresenceOptions>

/**
 * Who is online: people with an open stream, or with one that closed less than the grace period ago,
 * so that nobody leaves by a reconnect or a restart.
 *
 * All nodes agree on it, because only what the store says changes the list (its updates, and its
 * answer when it is asked). So everything that clients see of it is stored. `NodePresence` writes what
 * this node contributes.
 */
export class Presence {
  readonly #store: Pick<Store, 'isUpToDate'>
  readonly #node: NodePresence
  readonly #reload: PresenceReload
  readonly #graceMs: number
  readonly #onlineUsers = new OnlineUsers((change) => this.#changed(change))
  /**
   * Sessions that the store has reported as left, and that stay in the list: they are entered again
   * here, or perhaps by another node.
   */
  readonly #pendingDepartures = new Set<number>()
  #closed = false
  readonly #listeners: ((change: OnlineChange) => void)[] = []

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
    this.#graceMs = graceMs
    this.#node = new NodePresence(
      store,
      {
        isPresent: (session) => this.#onlineUsers.has(session),
        departed: (session) => {
          if (this.#pendingDepartures.has(session)) this.#remove(session)
        },
        writable: () => this.renew(),
      },
      { graceMs, retryMs, minIntervalMs },
    )
    this.#reload = new PresenceReload(
      store.presence,
      {
        sessions: () => this.#onlineUsers.sessions(),
        add: (present) => this.#add(present),
        left: (session) => this.#onSessionLeft(session),
      },
      retryMs,
    )
  }

  /** Takes over who is online in the store, and starts their grace periods. */
  async start(): Promise<void> {
    await this.#reload.run()
    for (const session of this.#onlineUsers.sessions()) this.#node.beginGrace(session)
  }

  /** Calls back for each person who comes or leaves. */
  onChanged(listener: (change: OnlineChange) => void): void {
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
    await this.#refresh()
    return this.#onlineUsers.page(wanted)
  }

  /** Whether a person is online, as far as this node knows. */
  isOnline(account: number): boolean {
    return this.#onlineUsers.hasAccount(account)
  }

  /** Those of these accounts that are online. @throws {Problem} as `list` */
  async onlineAmong(accounts: readonly number[]): Promise<Set<number>> {
    await this.#refresh()
    return new Set(accounts.filter((account) => this.isOnline(account)))
  }

  /** A stream of the session opened. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    return this.#node.enter(session)
  }

  /** The sessions with a stream on this node. */
  sessionsWithStreams(): Iterable<number> {
    return this.#node.sessionsWithStreams()
  }

  /** A stream of the session closed. */
  leave(session: number): void {
    this.#node.leave(session)
  }

  applyUpdate(update: Pick<StoreUpdate, 'entered' | 'left' | 'ended'>): void {
    this.#reload.noteUpdate(update)
    const { entered, left, ended } = update
    for (const session of ended) this.#remove(session)
    for (const present of entered) this.#add(present)
    for (const session of left) this.#onSessionLeft(session)
  }

  /** The session of a stream was lost with the end of the log, which the store does not report. */
  sessionEnded(session: number): void {
    this.#remove(session)
  }

  /** The store is disconnected: until `renew` no grace period runs, and nothing is written. */
  pause(): void {
    this.#node.pause()
  }

  /**
   * The store is reconnected, can be written again, or has diverged. This node enters its sessions
   * again, and so do the others, so departures are not believed for one grace period.
   */
  renew(): void {
    if (this.#closed) return
    this.#node.renew()
    this.#reload.settle(this.#graceMs)
  }

  /** Stops all timers and writes. Nobody leaves because a server stops. */
  async close(): Promise<void> {
    this.#closed = true
    this.#reload.close()
    await this.#node.close()
  }

  async #refresh(): Promise<void> {
    if (!this.#store.isUpToDate) await mapStoreErrors(this.#reload.run())
  }

  #add(present: StoreUpdate['entered'][number]): void {
    this.#pendingDepartures.delete(present.session)
    this.#onlineUsers.add(present)
    this.#node.appeared(present.session)
  }

  #remove(session: number): void {
    this.#pendingDepartures.delete(session)
    this.#onlineUsers.remove(session)
  }

  /** The store does not have the session as present. */
  #onSessionLeft(session: number): void {
    if (!this.#onlineUsers.has(session)) return
    const isEnteredAgain = this.#node.enterAgain(session)
    if (isEnteredAgain || this.#reload.isSettling) this.#pendingDepartures.add(session)
    else this.#remove(session)
  }

  #changed(change: OnlineChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}
