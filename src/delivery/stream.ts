import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Presence } from '../chat/presence.ts'
import type { Cursor, CursorResolution, Session } from '../store/store.ts'
import type { DeliveryReceipts } from './delivery-receipts.ts'
import type { Chunk, ChunkRange } from './http-chunk.ts'
import { StreamWaiter } from './interruptible-wait.ts'
import type { Batch, LogReader } from './log-reader.ts'
import type { PresenceBroadcaster, PresenceSubscriber } from './presence-broadcaster.ts'
import type { SseConnection } from './sse-connection.ts'
import {
  type ByeReason,
  byeEvent,
  defaultRetryMs,
  type EncodedEvent,
  heartbeatEvent,
  initialOnlineNames,
  readyEvent,
  resetEvent,
  retryPreamble,
} from './sse-events.ts'
import { StreamPosition } from './stream-position.ts'

export interface StreamOptions {
  session: Session
  /** Null for a reader without a cursor. */
  cursor: Cursor | null
  presence: 'full' | 'none'
  connection: Pick<SseConnection, 'listen' | 'buffer' | 'write' | 'isDrained' | 'end' | 'destroy'>
}

/** The parts of the server that a stream uses. */
export interface StreamContext {
  logReader: LogReader
  presence: Presence
  presenceBroadcaster: PresenceBroadcaster
  receipts: DeliveryReceipts
  /** Delay between two attempts to read from an unavailable store, in ms. */
  retryMs: number
  /** Whether a session that was valid still is, and is the same one. @throws {Unavailable} */
  isSessionValid(session: Session): Promise<boolean>
  onEnded(stream: Stream): void
  /** Its socket is closed. */
  onClosed(stream: Stream): void
  /** An unexpected error; the stream is cut, and its reader will resume. */
  onError(error: unknown): void
}

/**
 * - `opening`: it has no place on the log yet: its cursor is being resolved, or its reader has none and
 *   gets undelivered direct messages
 * - `replaying`: it has a cursor and reads on to the head for the first time
 * - `live`: it is at the head, and new events are delivered to it
 * - `behind`: it was live, and reads on by itself until it is at the head again
 * - `ended`: nothing more is written
 */
type StreamState = 'opening' | 'replaying' | 'live' | 'behind' | 'ended'

/**
 * One reader of the log: a cursor, a filter (the messages that its person may see) and a socket.
 *
 * Replaying and catching up are the same loop: while the cursor is behind the head or the socket is
 * full, the stream reads on by itself, one write at a time. At the head it is live.
 */
export class Stream implements PresenceSubscriber {
  readonly session: Session
  readonly account: number
  readonly #connection: StreamOptions['connection']
  readonly #context: StreamContext
  readonly #waiter: StreamWaiter
  readonly #cursor: Cursor | null
  readonly #wantsPresence: boolean
  #state: StreamState = 'opening'
  /** Outdated while the stream is live: then its position is the head. */
  readonly #position: StreamPosition
  #hasWritten = false
  /** The socket takes no more until it has drained. */
  #full = false
  /** How many writes to the store `ready` waits for. */
  #pendingWrites = 0
  #ready = false
  /** The newest direct message to this person that was written here and not acknowledged yet; else 0. */
  #pendingReceipt = 0

  constructor({ session, cursor, presence, connection }: StreamOptions, context: StreamContext) {
    this.session = session
    this.account = session.account.id
    this.#connection = connection
    this.#context = context
    this.#waiter = new StreamWaiter(context.retryMs)
    this.#cursor = cursor
    this.#position = new StreamPosition(context.logReader)
    this.#wantsPresence = presence === 'full'
  }

  /** Starts to read from the cursor. */
  start(): void {
    this.#connection.listen({
      drained: () => {
        this.#full = false
        this.#waiter.wake()
      },
      closed: () => {
        this.#become('ended')
        this.#context.onClosed(this)
      },
    })
    this.#delayReady(this.#context.presence.enter(this.session))
    const cursor = this.#cursor
    this.#run(() => (cursor === null ? this.#replayUndelivered() : this.#startAtCursor(cursor)))
  }

  get isLive(): boolean {
    return this.#state === 'live'
  }

  /** Writes the events of one commit to a live stream; `directs` are the direct messages among them. */
  deliver(ranges: readonly ChunkRange[], directs: readonly EncodedEvent[] = []): void {
    this.#addPending(directs)
    for (const { chunk, lastId } of ranges) {
      if (this.#write(chunk)) continue
      this.#fallBehind(lastId)
      return
    }
  }

  /** The log is about to change its epoch: a live stream is as far as the head of the old log. */
  diverged(): void {
    if (this.isLive) this.#fallBehind(this.#context.logReader.head)
  }

  /** Writes a heartbeat; live streams share `headHeartbeat`. */
  sendHeartbeat(headHeartbeat: Chunk): void {
    if (this.#full) return
    this.#acknowledge()
    const id = this.#state === 'opening' ? undefined : this.#position.eventId
    this.#send(this.isLive ? headHeartbeat : heartbeatEvent(id))
  }

  sendPresence(chunk: Chunk): boolean {
    if (!this.isLive) return false
    this.#send(chunk)
    return true
  }

  /** Writes `bye` and ends the stream. */
  end(reason: ByeReason, retryMs?: number): void {
    if (this.#state === 'ended') return
    // A `bye` that is the first event carries the retry time that every stream begins with.
    const retry = retryMs ?? (this.#hasWritten ? undefined : defaultRetryMs)
    this.#connection.end(byeEvent(reason, retry))
    this.#become('ended')
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#connection.destroy()
    this.#become('ended')
  }

  #become(state: StreamState): void {
    if (this.#state === 'ended') return
    this.#state = state
    const { presence, presenceBroadcaster, onEnded } = this.#context
    if (state === 'live') {
      this.#sendReady()
      presenceBroadcaster.caughtUp(this)
    } else if (state === 'behind') {
      this.#run(async () => {})
    } else if (state === 'ended') {
      this.#waiter.stop()
      presenceBroadcaster.remove(this)
      presence.leave(this.session.id)
      onEnded(this)
    }
  }

  #fallBehind(cursor: number): void {
    this.#position.id = cursor
    this.#become('behind')
  }

  /** The direct messages to this person that none of their streams has delivered. */
  async #replayUndelivered(): Promise<void> {
    const { logReader, receipts } = this.#context
    const { generation } = logReader
    await receipts.settled()
    const { after, upTo, bounds } = await this.#waiter.retryUntilAvailable(() =>
      logReader.undelivered(this.account),
    )
    this.#position.moveTo(after, bounds, generation)
    let end = upTo
    while (this.#position.id < end && this.#state === 'opening') {
      const from = this.#position.id
      const batch = await this.#waiter.retryUntilAvailable(() =>
        logReader.readUndelivered(from, end, this.account),
      )
      if (this.#position.differsFrom(batch)) {
        const resolution = await this.#reposition()
        // If some of the written ones are void, the stream goes on from the fork as with a cursor.
        end = resolution?.reset === null ? Math.min(end, resolution.bounds.head) : this.#position.id
      } else this.#writeBatch(batch)
      if (this.#full) await this.#waiter.nextWake()
    }
    this.#become('replaying')
  }

  async #startAtCursor(cursor: Cursor): Promise<void> {
    const { position } = await this.#resolveCursor(cursor)
    this.#delayReady(this.#context.receipts.record(this.account, position))
    this.#become('replaying')
  }

  /** @returns the new position, and the reset that was written */
  async #resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    const { logReader } = this.#context
    const { generation } = logReader
    const { position, bounds, ...found } = await this.#waiter.retryUntilAvailable(() =>
      logReader.resolveCursor(cursor),
    )
    // A reader without a cursor has seen nothing that another epoch could change.
    const hasNoCursor = this.#cursor === null && this.#state === 'opening'
    const reset = hasNoCursor && found.reset?.reason === 'new-epoch' ? null : found.reset
    if (reset) {
      this.#send(resetEvent(reset, bounds))
      this.#pendingReceipt = Math.min(this.#pendingReceipt, position)
    }
    this.#position.moveTo(position, bounds, generation)
    return { position, bounds, reset }
  }

  /** Reads on until the stream is at the head and its socket takes more, then goes live. */
  async #catchUp(): Promise<void> {
    const { logReader } = this.#context
    while (this.#state !== 'ended') {
      const cursor = this.#position.id
      if (this.#full) await this.#waiter.nextWake()
      else if (this.#position.hasDiverged) await this.#reposition()
      else if (cursor > logReader.head) await logReader.nextChange()
      else if (cursor === logReader.head) return this.#become('live')
      else await this.#readBatch(cursor)
    }
  }

  /**
   * Resolves the position on the log as it is after it diverged. If the session was lost with a part
   * of the log, the stream ends: its account id may be another person's by now.
   */
  async #reposition(): Promise<CursorResolution | undefined> {
    const { logReader, presence, isSessionValid } = this.#context
    if (!(await this.#waiter.retryUntilAvailable(() => isSessionValid(this.session)))) {
      presence.sessionEnded(this.session.id)
      this.end('logged-out')
      return undefined
    }
    const resolution = await this.#resolveCursor(this.#position.cursor)
    if (this.#state !== 'ended' && this.#position.isAhead) await logReader.nextChange()
    return resolution
  }

  async #readBatch(cursor: number): Promise<void> {
    const { logReader } = this.#context
    const recent = logReader.readRecent(cursor, this.account)
    if (recent) {
      this.#writeBatch(recent)
      // One batch per turn of the event loop, so that ten thousand readers who catch up block nobody.
      await nextTurn()
      return
    }
    const batch = await this.#waiter.retryUntilAvailable(() => logReader.read(cursor, this.account))
    const { bounds } = batch
    const from = bounds.oldest - 1
    if (this.#position.differsFrom(batch)) {
      // The store is on a newer log: this server will hear of it in a moment.
      if (bounds.epoch > logReader.epoch) await logReader.nextChange()
    } else if (cursor < from) {
      this.#send(resetEvent({ reason: 'trimmed', from }, bounds))
      this.#position.id = from
    } else this.#writeBatch(batch)
  }

  /** Writes as much as the socket takes, and moves the cursor over it. */
  #writeBatch(batch: Batch): void {
    this.#addPending(batch.events)
    for (const { chunk, lastId } of this.#context.logReader.packBatch(batch)) {
      this.#send(chunk)
      this.#position.id = lastId
      // The rest is read again later, so that a stalled reader holds at most one chunk in memory.
      if (this.#full) return
    }
    this.#position.id = batch.scannedTo
  }

  #addPending(events: readonly EncodedEvent[]): void {
    for (const { id, to } of events) {
      if (to === this.account) this.#pendingReceipt = Math.max(this.#pendingReceipt, id)
    }
  }

  /** Records that a direct message was delivered, once the kernel has taken all that was written. */
  #acknowledge(): void {
    const cursor = this.isLive ? this.#context.logReader.head : this.#position.id
    if (this.#pendingReceipt === 0 || this.#pendingReceipt > cursor || !this.#connection.isDrained)
      return
    this.#context.receipts.record(this.account, this.#pendingReceipt)
    this.#pendingReceipt = 0
  }

  #delayReady(write: Promise<void>): void {
    this.#pendingWrites++
    write.then(() => {
      this.#pendingWrites--
      this.#sendReady()
    })
  }

  /** Writes `ready` once the stream is live and its presence and its cursor are stored. */
  #sendReady(): void {
    if (this.#ready || this.#pendingWrites > 0 || !this.isLive) return
    this.#ready = true
    const { logReader, presence, presenceBroadcaster } = this.#context
    const online = this.#wantsPresence ? initialOnlineNames(presence) : undefined
    this.#send(readyEvent(this.session.account.username, logReader, online, presence.count))
    if (this.#wantsPresence) presenceBroadcaster.add(this)
  }

  #send(event: Chunk | string): void {
    // The store may answer a question after the stream has ended.
    if (this.#state === 'ended' || this.#write(event)) return
    if (this.isLive) this.#fallBehind(this.#context.logReader.head)
  }

  /** @returns whether the socket takes more */
  #write(event: Chunk | string): boolean {
    if (!this.#hasWritten) {
      this.#hasWritten = true
      this.#connection.buffer(retryPreamble)
    }
    if (!this.#connection.write(event)) this.#full = true
    return !this.#full
  }

  #run(begin: () => Promise<void>): void {
    begin()
      .then(() => this.#catchUp())
      .catch((error: unknown) => {
        if (this.#state === 'ended') return
        this.#context.onError(error)
        this.destroy()
      })
  }
}
