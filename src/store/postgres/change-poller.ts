import { setTimeout as delay } from 'node:timers/promises'
import type { Entry, LogBounds, PresentSession, StoreListener } from '../store.ts'
import { Unavailable } from '../store.ts'
import { classifyError } from './classify-error.ts'
import type { Connection } from './connection.ts'
import { ConnectivityMonitor } from './connectivity-monitor.ts'
import { beginEpoch } from './next-epoch.ts'
import type { Node } from './node.ts'
import { NotificationMonitor } from './notification-monitor.ts'
import { pollChanges, type ReapOptions } from './poll-changes.ts'
import { PollThrottle } from './poll-throttle.ts'
import type { Pool } from './pool.ts'
import { ReplicaState } from './replica-state.ts'

/** What failed is tried again: by the next look, or by a timer. */
const retriedLater = () => {}

export interface ChangePollerOptions {
  leaseMs: number
  graceMs: number
  queryTimeoutMs: number
  pollIntervalMs: number
  fallbackPollIntervalMs: number
  notificationTimeoutMs: number
  maxStalenessMs: number
  disconnectAfterMs: number
  onNotificationsLost: () => void
}

/**
 * Follows what happens in the database, whoever does it, and tells the follower, each thing once
 * and in order. It looks when rung, after each write of its own, and at least every so often; rings
 * that come shortly after one another are answered by one look. A look that fails is followed by
 * another, and none waits for what goes through the pool.
 */
export class ChangePoller {
  readonly #pool: Pool
  readonly #node: Node
  readonly #options: ChangePollerOptions
  readonly #state = new ReplicaState()
  readonly #connectivity: ConnectivityMonitor
  readonly #notifications: NotificationMonitor
  readonly #throttle = new PollThrottle(() => this.#pollInBackground())
  #listener: StoreListener | undefined
  #listenConnection: Connection | undefined
  #currentPoll: Promise<void> = Promise.resolve()
  #nextPoll: Promise<void> | undefined
  #pollTimer: NodeJS.Timeout | undefined
  #renewalTimer: NodeJS.Timeout | undefined
  /** Whether the lease could not be renewed when that was last tried. */
  #leaseUnconfirmed = false
  /** Whether there was a gap and the lease has not been renewed since. */
  #rejoining = false
  #reaping: Promise<void> | undefined
  /** By how much the database's clock is ahead of `performance.now()`, in ms. */
  #clockOffset = performance.timeOrigin
  /** Own appends under way, and the newest head that was rung meanwhile. */
  #appendsInFlight = 0
  #notifiedHead = 0
  #closed = false

  constructor(pool: Pool, node: Node, options: ChangePollerOptions) {
    this.#pool = pool
    this.#node = node
    this.#options = options
    this.#connectivity = new ConnectivityMonitor({
      maxStalenessMs: options.maxStalenessMs,
      gapMs: options.leaseMs / 3,
      disconnectAfterMs: options.disconnectAfterMs,
      onDisconnected: () => this.#listener?.disconnected(),
      onReconnected: () => this.#listener?.reconnected(),
    })
    this.#notifications = new NotificationMonitor({
      notificationTimeoutMs: options.notificationTimeoutMs,
      onNotificationsLost: options.onNotificationsLost,
    })
  }

  /**
   * Looks for the first time.
   *
   * @param prepare makes the database ready for it
   * @throws what kept it from that
   */
  async start(prepare: (connection: Connection) => Promise<void>): Promise<void> {
    this.#listenConnection = await this.#pool.open((payload) => this.#onNotification(payload))
    await prepare(this.#listenConnection)
    await this.#listen(this.#listenConnection)
    await this.poll()
    await this.#renewLease()
  }

  subscribe(listener: StoreListener): void {
    this.#listener = listener
  }

  get isUpToDate(): boolean {
    return this.#connectivity.isUpToDate
  }

  /** How long nothing has been reached, in ms. */
  get msSinceContact(): number {
    return this.#connectivity.msSinceContact
  }

  /** The database's time, in Unix ms. */
  get now(): number {
    return Math.floor(this.#clockOffset + performance.now())
  }

  /** After a renewal that failed, only one that works proves that writing works again. */
  async assertWritable(): Promise<void> {
    if (this.#leaseUnconfirmed) await this.#renewLease()
  }

  /** Those who are present, as told. */
  async presentSessions(): Promise<PresentSession[]> {
    await this.poll()
    return this.#state.presentSessions()
  }

  /** An append of this node is under way: it tells of itself, a ring before that says nothing new. */
  async trackAppend<Result extends { outcomes: readonly { kind: string }[] }>(
    append: () => Promise<Result>,
    entriesOf: (result: Result) => { entries: Entry[]; epoch: string },
  ): Promise<Result> {
    this.#appendsInFlight += 1
    try {
      const result = await append()
      const { entries, epoch } = entriesOf(result)
      if (entries.length > 0) await this.#publishOwnAppend(entries, epoch)
      return result
    } finally {
      this.#appendsInFlight -= 1
      if (this.#notifiedHead > this.#state.bounds.head) this.#throttle.request()
    }
  }

  /** Resolves once nothing of what was read is yet to be told. @throws {Unavailable} */
  async awaitCaughtUp<Read extends { bounds: LogBounds }>(reading: Promise<Read>): Promise<Read> {
    const read = await reading
    if (!this.#state.isCaughtUpTo(read.bounds)) await this.pollWithTimeout()
    return read
  }

  /** As `poll`, bounded. @throws {Unavailable} */
  async pollWithTimeout(): Promise<void> {
    const timeout = new AbortController()
    const { queryTimeoutMs } = this.#options
    try {
      await Promise.race([
        this.poll(),
        delay(queryTimeoutMs, undefined, { signal: timeout.signal }).then(() => {
          throw new Unavailable('There is too much news to be told in time')
        }),
      ])
    } finally {
      timeout.abort()
    }
  }

  /** Resolves when all that happened before this call is told. @throws {Unavailable} */
  poll(): Promise<void> {
    this.#nextPoll ??= this.#pollAfterCurrent()
    return this.#nextPoll
  }

  /** Tells no more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#pollTimer)
    clearTimeout(this.#renewalTimer)
    // It is refused, after those that were asked for before.
    await this.poll().catch(retriedLater)
    this.#connectivity.close()
    this.#notifications.cancelProbe()
    await this.#listenConnection?.close()
  }

  async #publishOwnAppend(entries: Entry[], epoch: string): Promise<void> {
    const update = this.#state.applyOwnAppend(entries, epoch)
    if (update) this.#notifyListener((listener) => listener.updated(update))
    // What is done is done: where it cannot be told now, it will be, in its turn.
    else if (!this.#state.isCaughtUpTo({ epoch, oldest: 0, head: (entries.at(-1) as Entry).id }))
      await this.pollWithTimeout().catch(retriedLater)
  }

  async #pollAfterCurrent(): Promise<void> {
    await this.#currentPoll.catch(retriedLater)
    this.#nextPoll = undefined
    this.#throttle.pollStarted()
    if (this.#closed) throw new Unavailable('The store is closed')
    this.#currentPoll = this.#pollUntilCaughtUp()
    await this.#currentPoll
  }

  async #pollUntilCaughtUp(): Promise<void> {
    clearTimeout(this.#pollTimer)
    try {
      while ((await this.#pollOnce()) && !this.#closed);
      if (!this.#rejoining) this.#connectivity.markCaughtUp()
    } catch (error) {
      throw classifyError(error, false)
    } finally {
      const { pollIntervalMs, fallbackPollIntervalMs } = this.#options
      if (!this.#closed) {
        this.#pollTimer = setTimeout(
          () => this.#pollInBackground(),
          this.#notifications.notificationsLost ? fallbackPollIntervalMs : pollIntervalMs,
        )
      }
    }
  }

  /** @returns whether another look would find more */
  async #pollOnce(): Promise<boolean> {
    const { leaseMs, graceMs, queryTimeoutMs } = this.#options
    const connection = await this.#openListenConnection()
    const startedAt = performance.now()
    const { position } = this.#state
    const connectedMs = this.#leaseUnconfirmed ? 0 : this.#connectivity.connectedMs
    const reapOptions = { node: this.#node.id, connectedMs, leaseMs, graceMs }
    const result = await connection.run(
      (sql) => pollChanges(sql, position, reapOptions),
      queryTimeoutMs,
    )
    if (!result.epochIsCurrent) {
      await connection.run(beginEpoch, queryTimeoutMs)
      return true
    }
    // It was told after the question and before the answer: what agrees with both is kept.
    const [least, most] = [result.now - performance.now(), result.now - startedAt]
    this.#clockOffset = Math.min(Math.max(this.#clockOffset, least), most)
    const afterGap = this.#connectivity.recordContact(startedAt)
    const { diverged, update, hasMore } = this.#state.applyPoll(result, position)
    if (diverged) this.#notifyListener((listener) => listener.diverged(diverged))
    if (update) {
      this.#node.forgetSessions(update.ended)
      this.#notifyListener((listener) => listener.updated(update))
    }
    if (afterGap) this.#rejoin()
    else if (result.hasExpiredNodes) this.#reap(reapOptions)
    return hasMore
  }

  /**
   * What was told is not told again. So an error of the follower is not one of this look, after
   * which there would be another: it is nobody's to catch, and the process ends by it.
   */
  #notifyListener(notify: (listener: StoreListener) => void): void {
    if (!this.#listener) return
    try {
      notify(this.#listener)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** After a gap others may have taken the lease. */
  #rejoin(): void {
    if (this.#rejoining) return
    this.#rejoining = true
    this.#renewLease().catch(retriedLater)
  }

  /** Takes out the nodes that died. Where that fails, the next look finds them again. */
  #reap({ node, connectedMs, leaseMs, graceMs }: ReapOptions): void {
    this.#reaping ??= this.#pool
      .write((sql) => sql`SELECT obrol_reap(${node}, ${connectedMs}, ${leaseMs}, ${graceMs})`)
      .then(() => this.#pollInBackground())
      .catch(retriedLater)
      .finally(() => {
        this.#reaping = undefined
      })
  }

  async #openListenConnection(): Promise<Connection> {
    if (this.#listenConnection?.alive) return this.#listenConnection
    this.#notifications.cancelProbe()
    const connection = await this.#pool.open((payload) => this.#onNotification(payload))
    try {
      await this.#listen(connection)
    } catch (error) {
      // It would be asked, and never ring.
      await connection.close()
      throw error
    }
    this.#listenConnection = connection
    return connection
  }

  async #listen(connection: Connection): Promise<void> {
    // A look is asked many times a second: planning it each time would take longer than the look.
    const prepared = 'LISTEN obrol; SET plan_cache_mode = force_generic_plan'
    await connection.run((sql) => sql.unsafe(prepared).simple(), this.#options.queryTimeoutMs)
  }

  #onNotification(payload: string): void {
    const head = Number(payload)
    if (payload === this.#node.id) {
      this.#notifications.probeReceived()
    } else if (head > 0) {
      this.#notifiedHead = head
      // One that comes before the first look is told by it.
      if (this.#appendsInFlight === 0 && head > this.#state.position.head) this.#throttle.request()
    } else if (payload === 'changed') {
      this.#throttle.request()
    }
  }

  /** A look that fails is made again by the timer. */
  #pollInBackground(): void {
    this.poll().catch(retriedLater)
  }

  /** Renews the lease, and again and again. @throws {Unavailable | OutcomeUnknown} */
  async #renewLease(): Promise<void> {
    clearTimeout(this.#renewalTimer)
    const failedBefore = this.#leaseUnconfirmed
    const wasRejoining = this.#rejoining
    this.#leaseUnconfirmed = true
    try {
      await this.#node.renewLease(() => {
        if (this.#listenConnection?.alive) this.#notifications.probeSent()
      })
      this.#leaseUnconfirmed = false
      // What kept this node from it may have kept the others: they have a whole lease from now on.
      if (failedBefore) this.#connectivity.restartConnectedTime()
      if (wasRejoining) {
        this.#rejoining = false
        this.#pollInBackground()
      }
    } catch (error) {
      this.#notifications.cancelProbe()
      throw error
    } finally {
      const ms = this.#options.leaseMs / (this.#leaseUnconfirmed ? 12 : 3)
      if (!this.#closed)
        this.#renewalTimer = setTimeout(() => this.#renewLease().catch(retriedLater), ms)
    }
  }
}
