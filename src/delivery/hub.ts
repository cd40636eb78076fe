import { Problem } from '../chat/problems.ts'
import { Semaphore } from '../semaphore.ts'
import type { ReadMarker } from '../store/conversation-store.ts'
import type { LogBounds } from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { formatCursor } from './cursor.ts'
import { fanOut } from './fan-out.ts'
import { Chunk } from './http-chunk.ts'
import { RoomMembers } from './room-members.ts'
import { type ByeReason, readEvent } from './sse-events.ts'
import { Stream, type StreamContext, type StreamOptions } from './stream.ts'
import { type StreamLimits, StreamRegistry } from './stream-registry.ts'
import { type StreamTimerSettings, StreamTimers } from './stream-timers.ts'
import { TypingBroadcaster } from './typing-broadcaster.ts'
import type { StreamUpdate } from './update-batcher.ts'
import { UserBroadcaster } from './user-broadcaster.ts'

/** How many sessions are checked at the same time after the log has diverged. */
const maxConcurrentChecks = 4

/** The shortest time from `bye` to a reconnect, unless the grace period is too short for it. */
const minReconnectDelayMs = 250

export interface HubSettings extends StreamLimits, StreamTimerSettings {
  presenceGraceMs: number
}

export interface HubDependencies
  extends Omit<StreamContext, 'onEnded' | 'onClosed' | 'roomMembers' | 'heartbeatMs'> {
  /** False while the store is disconnected. */
  storeConnected(): boolean
  /** The store's time, in Unix ms. */
  now(): number
}

/** Opens, feeds and ends the streams of this server. */
export class Hub {
  readonly #presenceGraceMs: number
  readonly #storeConnected: () => boolean
  readonly #context: StreamContext
  readonly #streams: StreamRegistry
  readonly #roomMembers: RoomMembers
  readonly #typing: TypingBroadcaster
  readonly #users: UserBroadcaster
  readonly #timers: StreamTimers
  /** The streams whose sockets are not closed yet; some of them have ended. */
  readonly #openSockets = new Set<Stream>()
  #closing = false
  #onAllClosed: () => void = () => {}

  constructor(settings: HubSettings, { storeConnected, now, ...parts }: HubDependencies) {
    const { logCache, isSessionValid } = parts
    const checks = new Semaphore(maxConcurrentChecks)
    this.#presenceGraceMs = settings.presenceGraceMs
    this.#storeConnected = storeConnected
    this.#streams = new StreamRegistry(settings)
    this.#roomMembers = new RoomMembers((account) => logCache.memberships(account))
    this.#typing = new TypingBroadcaster(this.#streams, this.#roomMembers)
    this.#users = new UserBroadcaster(this.#streams)
    this.#timers = new StreamTimers(settings, {
      headId: () => formatCursor(logCache.head, logCache.epoch),
      now,
    })
    this.#context = {
      ...parts,
      roomMembers: this.#roomMembers,
      heartbeatMs: settings.heartbeatMs,
      isSessionValid: (session) => checks.run(() => isSessionValid(session)),
      onEnded: (stream) => this.#remove(stream),
      onClosed: (stream) => {
        this.#openSockets.delete(stream)
        if (this.#openSockets.size === 0) this.#onAllClosed()
      },
    }
  }

  get size(): number {
    return this.#streams.size
  }

  /**
   * Makes room for one more stream of the session.
   *
   * @throws {Problem} as `StreamRegistry.makeRoom`, and `unavailable` while the store is disconnected
   */
  admit(session: Session): void {
    if (!this.#storeConnected()) {
      throw new Problem('unavailable', 'The store cannot be reached.', { retryAfter: 5 })
    }
    this.#streams.makeRoom(session)
  }

  /** Opens a stream after `admit`. While the server stops, the stream gets only `bye`. */
  open(options: StreamOptions): Stream {
    const stream = new Stream(options, this.#context)
    this.#openSockets.add(stream)
    this.#streams.add(stream)
    this.#timers.add(stream)
    stream.start()
    if (this.#closing) stream.end('shutting-down', this.#reconnectDelayMs())
    return stream
  }

  /**
   * Ends the streams of ended sessions, then delivers the new entries. In this order, because one
   * update of another node can hold the end of a session and messages that were sent after it. Then
   * it tells what is not in the log.
   */
  applyUpdate(update: StreamUpdate): void {
    for (const session of update.ended) {
      for (const stream of this.#streams.ofSession(session)) stream.end('logged-out')
    }
    for (const { session, expiresAt } of update.renewed) {
      for (const stream of this.#streams.ofSession(session))
        stream.session = { ...stream.session, expiresAt }
    }
    const { logCache } = this.#context
    fanOut(logCache.applyUpdate(update), logCache.head, this.#streams, this.#roomMembers)
    for (const marker of update.read) this.#sendRead(marker)
    this.#typing.applyUpdate(update)
    this.#users.add(update.accounts)
  }

  /**
   * The log has another epoch, so it may have lost its end. Every stream checks its session and
   * resolves its own cursor again.
   */
  diverged(bounds: LogBounds): void {
    for (const stream of this.#streams.all()) stream.diverged()
    this.#roomMembers.diverged()
    this.#typing.clear()
    this.#users.clear()
    this.#context.logCache.diverged(bounds)
    this.#context.receipts.diverged()
  }

  /** Ends every stream, so that their readers reconnect to another node. */
  storeDisconnected(): void {
    this.#endAll('unavailable')
  }

  /** Ends every stream with `bye`; resolves when their sockets are closed. */
  async close(): Promise<void> {
    this.#closing = true
    this.#timers.close()
    this.#endAll('shutting-down')
    this.#typing.clear()
    this.#users.clear()
    if (this.#openSockets.size === 0) return
    await new Promise<void>((resolve) => {
      this.#onAllClosed = resolve
    })
  }

  /** Cuts every connection that is still open. */
  destroy(): void {
    for (const stream of this.#openSockets) stream.destroy()
  }

  #endAll(reason: ByeReason): void {
    for (const stream of this.#streams.all()) stream.end(reason, this.#reconnectDelayMs())
  }

  #sendRead({ account, ref, upTo }: ReadMarker): void {
    const streams = this.#streams.ofAccount(account)
    if (streams.length === 0) return
    const chunk = new Chunk(Buffer.from(readEvent(ref, upTo)))
    for (const stream of streams) stream.sendSignal('read', chunk)
  }

  #remove(stream: Stream): void {
    this.#streams.remove(stream)
    this.#timers.remove(stream)
    if (this.#streams.ofAccount(stream.account).length === 0)
      this.#roomMembers.close(stream.account)
  }

  /**
   * Reconnects are spread over at most half of the grace period, so that nobody seems to have left.
   * None comes at once, so that it does not reach a server that is still stopping.
   */
  #reconnectDelayMs(): number {
    const max = this.#presenceGraceMs / 2
    const min = Math.min(minReconnectDelayMs, max / 2)
    return Math.floor(min + Math.random() * (max - min))
  }
}
