import { setTimeout as delay } from 'node:timers/promises'
import type { LogBounds, MessageEntry, Outcome } from '../message-log.ts'
import type { PresentSession } from '../presence-store.ts'
import type { StoreListener } from '../store.ts'
import { Unavailable } from '../store-errors.ts'
import { classifyError } from './classify-error.ts'
import type { Connection } from './connection.ts'
import { ConnectivityMonitor } from './connectivity-monitor.ts'
import { ListeningConnection } from './listening-connection.ts'
import type { AppendResult } from './log/append.ts'
import { beginEpoch } from './log/begin-epoch.ts'
import type { NodeLease } from './node-lease.ts'
import { NotificationMonitor } from './notification-monitor.ts'
import { PollState } from './poll-state.ts'
import { PollThrottle } from './poll-throttle.ts'
import type { Pool } from './pool.ts'
import { readChanges } from './read-changes.ts'

/** What failed is tried again by the next poll. */
const retriedLater = () => {}

export interface ChangePollerOptions {
  leaseMs: number
  queryTimeoutMs: number
  pollIntervalMs: number
  fallbackPollIntervalMs: number
  notificationTimeoutMs: number
  maxStalenessMs: number
  disconnectAfterMs: number
  onNotificationsLost: () => void
}

/**
 * Polls the database for changes of any node, and publishes each to the listener once and in order.
 * It polls after a notification, after this node wrote anything that streams must know of, and at an
 * interval in any case. Only appends of this node are published without a poll.
 * It has a connection of its own, so that no poll waits for the pool.
 */
export class ChangePoller {
  readonly #lease: NodeLease
  readonly #options: ChangePollerOptions
  readonly #state = new PollState()
  readonly #connectivity: ConnectivityMonitor
  readonly #notifications: NotificationMonitor
  readonly #throttle = new PollThrottle(() => this.#pollInBackground())
  readonly #connection: ListeningConnection
  #listener: StoreListener | undefined
  #currentPoll: Promise<void> = Promise.resolve()
  #nextPoll: Promise<void> | undefined
  #pollTimer: NodeJS.Timeout | undefined
  /** By how much the database's clock is ahead of `performance.now()`, in ms. */
  #clockOffset = performance.timeOrigin
  #appendsInFlight = 0
  /** The newest head that a notification named. */
  #notifiedHead = 0
  #closed = false

  constructor(pool: Pool, lease: NodeLease, options: ChangePollerOptions) {
    this.#lease = lease
    this.#options = options
    this.#connection = new ListeningConnection(pool, {
      queryTimeoutMs: options.queryTimeoutMs,
      onNotification: (payload) => this.#onNotification(payload),
    })
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
    lease.subscribe({
      probeSent: () => {
        if (this.#connection.isOpen) this.#notifications.probeSent()
      },
      renewalFailed: () => this.#notifications.cancelProbe(),
      // Each of the others gets a whole lease from now: see `node-lease.ts`.
      recovered: () => this.#connectivity.restartConnectedTime(),
      presenceChanged: () => this.#pollInBackground(),
    })
  }

  /**
   * Polls for the first time.
   *
   * @param prepare prepares the database for that
   * @throws as the driver does, or `prepare`
   */
  async start(prepare: (connection: Connection) => Promise<void>): Promise<void> {
    await this.#connection.open(prepare)
    await this.poll()
  }

  subscribe(listener: StoreListener): void {
    this.#listener = listener
  }

  get isUpToDate(): boolean {
    return this.#connectivity.isUpToDate
  }

  /** Time since the database last answered, in ms. */
  get msSinceContact(): number {
    return this.#connectivity.msSinceContact
  }

  /** The database's time, in Unix ms. */
  get now(): number {
    return Math.floor(this.#clockOffset + performance.now())
  }

  async presentSessions(): Promise<PresentSession[]> {
    await this.poll()
    return this.#state.presentSessions()
  }

  /**
   * Appends, and publishes the new entries from the answer. A notification of this node's own append
   * arrives before or after the answer, and a poll for it would find nothing new. So no notification
   * starts a poll while an append runs. If one named entries that the answer did not have, they are
   * another node's, and are polled for afterwards.
   */
  async appendAndPublish(append: () => Promise<AppendResult>): Promise<Outcome[]> {
    this.#appendsInFlight += 1
    try {
      const { outcomes, epoch } = await append()
      const entries = outcomes.flatMap((outcome) =>
        outcome.kind === 'appended' ? [outcome.entry] : [],
      )
      if (entries.length > 0) await this.#publishOwnAppend(entries, epoch)
      return outcomes
    } finally {
      this.#appendsInFlight -= 1
      if (this.#notifiedHead > this.#state.bounds.head) this.#throttle.request()
    }
  }

  /** Resolves once everything that was in the log when it was read is published. @throws {Unavailable} */
  async awaitCaughtUp<Read extends { bounds: LogBounds }>(reading: Promise<Read>): Promise<Read> {
    const read = await reading
    if (!this.#state.isCaughtUpTo(read.bounds)) await this.pollWithTimeout()
    return read
  }

  /**
   * Resolves once what this node has written is published, or left to a later poll if one fails. The
   * notification of it may have started a poll already.
   */
  async publishWritten(written: Pick<LogBounds, 'epoch' | 'head'>): Promise<void> {
    const isCaughtUp = () => this.#state.isCaughtUpTo(written)
    const pollUnlessCaughtUp = async () => {
      await this.#currentPoll.catch(retriedLater)
      if (!isCaughtUp()) await this.poll()
    }
    if (!isCaughtUp()) await this.#withTimeout(pollUnlessCaughtUp()).catch(retriedLater)
  }

  /** Resolves once what this node has written besides the log is published, or left to a later poll. */
  pollAfterWrite(): Promise<void> {
    return this.pollWithTimeout().catch(retriedLater)
  }

  /** Like `poll`, within the timeout of a query. @throws {Unavailable} */
  pollWithTimeout(): Promise<void> {
    return this.#withTimeout(this.poll())
  }

  /** Resolves when all that happened before this call is published. @throws {Unavailable} */
  poll(): Promise<void> {
    this.#nextPoll ??= this.#pollAfterCurrent()
    return this.#nextPoll
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#pollTimer)
    // This poll is refused, after those that were requested before.
    await this.poll().catch(retriedLater)
    this.#connectivity.close()
    this.#notifications.cancelProbe()
    await this.#connection.close()
    this.#throttle.cancel()
  }

  async #publishOwnAppend(entries: MessageEntry[], epoch: string): Promise<void> {
    const update = this.#state.applyOwnAppend(entries, epoch)
    if (update) this.#notifyListener((listener) => listener.updated(update))
    else await this.publishWritten({ epoch, head: (entries.at(-1) as MessageEntry).id })
  }

  async #withTimeout(polled: Promise<void>): Promise<void> {
    const timeout = new AbortController()
    const { queryTimeoutMs } = this.#options
    try {
      await Promise.race([
        polled,
        delay(queryTimeoutMs, undefined, { signal: timeout.signal }).then(() => {
          throw new Unavailable('The changes since the last poll could not be read in time')
        }),
      ])
    } finally {
      timeout.abort()
    }
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
      // Until this node has rejoined, others may have removed its sessions.
      if (!this.#lease.isRejoining) this.#connectivity.markCaughtUp()
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

  /** @returns whether another poll would find more */
  async #pollOnce(): Promise<boolean> {
    if (!this.#connection.isOpen) await this.#reopenConnection()
    const startedAt = performance.now()
    const { position } = this.#state
    const reapOptions = this.#lease.reapOptions(this.#connectivity.connectedMs)
    const result = await this.#connection.run((sql) => readChanges(sql, position, reapOptions))
    if (!result.epochIsCurrent) {
      await this.#connection.run(beginEpoch)
      return true
    }
    // The database read its clock between the query and the answer. An offset that fits is kept.
    const [least, most] = [result.now - performance.now(), result.now - startedAt]
    this.#clockOffset = Math.min(Math.max(this.#clockOffset, least), most)
    const afterGap = this.#connectivity.recordContact(startedAt)
    const { diverged, update, hasMore } = this.#state.applyPoll(result, position)
    if (diverged) this.#notifyListener((listener) => listener.diverged(diverged))
    if (update) {
      this.#lease.forgetSessions(update.ended)
      this.#notifyListener((listener) => listener.updated(update))
    }
    if (afterGap) this.#lease.rejoin()
    else if (result.hasExpiredNodes) this.#lease.reap(reapOptions)
    return hasMore
  }

  /**
   * An error of the listener ends the process and does not fail the poll: a poll that fails is
   * repeated, and would not bring what was published before the error again.
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

  async #reopenConnection(): Promise<void> {
    this.#notifications.cancelProbe()
    await this.#connection.open()
  }

  /**
   * @param payload an id of the log (what appends), `changed` (`obrol_note` of sessions, `obrol_tell` of
   *   read markers and typing), or the id of a node (`node-lease.ts`). `migrations/postgres/` has the first two
   */
  #onNotification(payload: string): void {
    if (payload === this.#lease.id) this.#notifications.probeReceived()
    else if (payload === 'changed') this.#throttle.request()
    else if (/^\d+$/.test(payload)) this.#onAppendNotified(Number(payload))
    // Anything else is the probe of another node.
  }

  #onAppendNotified(head: number): void {
    this.#notifiedHead = head
    // While an append of this node runs, this may be its own notification: see `appendAndPublish`.
    // Before the first poll the position is past any head, and nothing is requested.
    if (this.#appendsInFlight === 0 && head > this.#state.position.head) this.#throttle.request()
  }

  /** If it fails, the timer polls again. */
  #pollInBackground(): void {
    this.poll().catch(retriedLater)
  }
}
