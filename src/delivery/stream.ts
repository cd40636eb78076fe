import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cursor, CursorResolution, Session, Undelivered } from '../store/store.ts'
import type { Chunk, ChunkRange } from './chunk.ts'
import { initialOnlineNames } from './initial-online-names.ts'
import type { Batch } from './log-reader.ts'
import type { PresenceSubscriber } from './presence-broadcaster.ts'
import type { RawSocket } from './sse-connection.ts'
import {
  type ByeReason,
  byeEvent,
  defaultRetryMs,
  heartbeatEvent,
  readyEvent,
  resetEvent,
  retryPreamble,
} from './sse-events.ts'
import type { StreamContext, StreamOptions } from './stream-context.ts'
import { StreamPosition } from './stream-position.ts'
import { StreamWaiter } from './stream-waiter.ts'

/**
 * One reader of the log: a cursor, a filter (what its person may see) and a socket.
 *
 * Replay, catching up and following are one thing: while the cursor is behind the head or the
 * socket is full it reads on by itself, bounded by what one write holds; at the head it is live
 * and is delivered to.
 */
export class Stream implements PresenceSubscriber {
  readonly session: Session
  readonly account: number
  /** When the next heartbeat is due, by `performance.now()`. */
  nextHeartbeatAt = 0
  /** When the stream must be renewed, by `performance.now()`. */
  renewAt = Number.POSITIVE_INFINITY
  readonly #connection: StreamOptions['connection']
  readonly #context: StreamContext
  readonly #waiter: StreamWaiter
  readonly #wantsPresence: boolean
  /** How far this stream has come; while live the head stands for it. */
  readonly #position: StreamPosition
  /** Whether an event was written. */
  #hasWritten = false
  /** False while kept messages are written: what lies between them was not. */
  #hasCursor = false
  /** Whether kept messages are written: its reader has no cursor yet. */
  #replayingUndelivered = false
  #live = false
  #full = false
  #present = false
  /** False while it is being stored how far the cursor says that this person has come. */
  #receiptStored = true
  #ready = false
  #ended = false
  /** The newest direct message to this person that was written here and not yet marked as reached. */
  #pendingReceipt = 0

  constructor({ session, presence, connection }: StreamOptions, context: StreamContext) {
    this.session = session
    this.account = session.account.id
    this.#connection = connection
    this.#context = context
    this.#waiter = new StreamWaiter(context.retryMs)
    this.#position = new StreamPosition(context.logReader)
    this.#wantsPresence = presence === 'full'
  }

  /** Begins to read from the cursor; the rest happens by itself. */
  start(cursor: Cursor | null): void {
    this.#connection.listen({
      drained: () => {
        this.#full = false
        this.#waiter.wake()
      },
      closed: () => {
        this.#finish()
        this.#context.onClosed(this)
      },
    })
    this.#connection.scheduleHead()
    this.#context.presence.enter(this.session).then(() => {
      this.#present = true
      this.#becomeReady()
    })
    this.#run(() => (cursor === null ? this.#startWithUndelivered() : this.#startAtCursor(cursor)))
  }

  /** Writes what one commit brought to a live stream. */
  deliver(ranges: readonly ChunkRange[]): void {
    for (const { chunk, lastId } of ranges) {
      if (this.#write(chunk)) continue
      this.#fallBehind(lastId)
      return
    }
  }

  /** Where a live stream may be written to past `deliver`; what it has no more room for is told to `onSocketFull`. */
  get rawSocket(): RawSocket | undefined {
    return this.#ready ? this.#connection.rawSocket : undefined
  }

  /** A chunk that ends with this id was written past `deliver` and has filled the socket. */
  onSocketFull(lastId: number): void {
    this.#connection.onSocketFull()
    this.#fallBehind(lastId)
  }

  /** The log is about to turn: what was delivered is as far as this stream has come on it. */
  diverged(): void {
    this.#live = false
    this.#position.id = this.#context.logReader.head
    this.#context.onBehind(this)
    this.#run(async () => {})
  }

  /** Notes that a direct message to this person was written here. */
  addPending(id: number): void {
    this.#pendingReceipt = Math.max(this.#pendingReceipt, id)
  }

  /** At a heartbeat: what the kernel has taken since the last one has reached its person. */
  acknowledge(): void {
    const cursor = this.#live ? this.#context.logReader.head : this.#position.id
    if (this.#pendingReceipt === 0 || this.#pendingReceipt > cursor || !this.#connection.isDrained)
      return
    this.#context.receipts.record(this.account, this.#pendingReceipt)
    this.#pendingReceipt = 0
  }

  /** Writes a heartbeat; `atHead` is the one that all live streams share. */
  sendHeartbeat(headHeartbeat: Chunk): void {
    if (this.#full) return
    this.acknowledge()
    this.#send(this.#live ? headHeartbeat : heartbeatEvent(this.#eventId))
  }

  sendPresence(chunk: Chunk): boolean {
    if (!this.#live) return false
    this.#send(chunk)
    return true
  }

  /** Says why and ends the stream. */
  end(reason: ByeReason, retryMs?: number): void {
    if (this.#ended) return
    // Where this is the first event of all, it says what the first event says.
    this.#connection.end(
      byeEvent(reason, retryMs ?? (this.#hasWritten ? undefined : defaultRetryMs)),
    )
    this.#finish()
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#connection.destroy()
    this.#finish()
  }

  get isLive(): boolean {
    return this.#live
  }

  get #eventId(): string | undefined {
    return this.#hasCursor ? this.#position.eventId : undefined
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#live = false
    this.#waiter.stop()
    this.#context.presenceBroadcaster.remove(this)
    this.#context.onEnded(this)
  }

  /** Direct messages that were kept for this person, then the head. */
  async #startWithUndelivered(): Promise<void> {
    const { logReader } = this.#context
    const { generation } = logReader
    this.#replayingUndelivered = true
    const { after, upTo, bounds } =
      logReader.hasNothingUndelivered(this.account) ?? (await this.#undeliveredRange())
    this.#position.moveTo(after, bounds, generation)
    let end = upTo
    while (this.#position.id < end && !this.#ended) {
      const from = this.#position.id
      const batch = await this.#waiter.retryUntilAvailable(() =>
        logReader.readUndelivered(from, end, this.account),
      )
      if (this.#position.differsFrom(batch))
        end = Math.min(end, await this.#repositionUndelivered())
      else this.#writeBatch(batch)
      if (this.#full) await this.#waiter.nextWake()
    }
    this.#replayingUndelivered = false
    this.#hasCursor = true
  }

  async #undeliveredRange(): Promise<Undelivered> {
    const { logReader, receipts } = this.#context
    await receipts.settled()
    return this.#waiter.retryUntilAvailable(() => logReader.undelivered(this.account))
  }

  /**
   * The log has turned while kept messages were written. Where some of these are void, the stream
   * goes on from the fork as one with a cursor: nothing more is kept for it.
   *
   * @returns the last id up to which messages are still kept for it
   */
  async #repositionUndelivered(): Promise<number> {
    const placement = await this.#reposition()
    return placement?.reset === null ? placement.bounds.head : this.#position.id
  }

  async #startAtCursor(cursor: Cursor): Promise<void> {
    const { position } = await this.#resolveCursor(cursor)
    this.#receiptStored = false
    this.#context.receipts.record(this.account, position).then(() => {
      this.#receiptStored = true
      this.#becomeReady()
    })
    this.#hasCursor = true
  }

  /** @returns where it stands, with the reset that its reader was told */
  async #resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    const { logReader } = this.#context
    const { generation } = logReader
    const { position, bounds, ...found } = await this.#waiter.retryUntilAvailable(() =>
      logReader.resolveCursor(cursor),
    )
    // A reader without a cursor holds nothing beyond it.
    const isReported = !(this.#replayingUndelivered && found.reset?.reason === 'new-epoch')
    const reset = isReported ? found.reset : null
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
    while (!this.#ended) {
      const cursor = this.#position.id
      if (this.#full) await this.#waiter.nextWake()
      else if (this.#position.hasDiverged) await this.#reposition()
      else if (cursor > logReader.head) await logReader.nextChange()
      else if (cursor === logReader.head) return this.#goLive()
      else await this.#readBatch(cursor)
    }
  }

  /**
   * The log has turned: finds out where the cursor stands on it as it is now, unless the session
   * went with what was lost. Then its account may be someone else's by now.
   */
  async #reposition(): Promise<CursorResolution | undefined> {
    const { logReader, presence, isSessionValid } = this.#context
    if (!(await this.#waiter.retryUntilAvailable(() => isSessionValid(this.session)))) {
      presence.sessionEnded(this.session.id)
      this.end('logged-out')
      return undefined
    }
    const placement = await this.#resolveCursor(this.#position.cursor)
    if (!this.#ended && this.#position.isAhead) await logReader.nextChange()
    return placement
  }

  async #readBatch(cursor: number): Promise<void> {
    const { logReader } = this.#context
    const recent = logReader.readRecent(cursor, this.account)
    if (recent) {
      this.#writeBatch(recent)
      // One batch a turn: ten thousand readers who catch up share the loop with everyone else.
      await nextTurn()
      return
    }
    const batch = await this.#waiter.retryUntilAvailable(() => logReader.read(cursor, this.account))
    const { bounds } = batch
    const from = bounds.oldest - 1
    if (this.#position.differsFrom(batch)) {
      // The turn is told here in a moment, if it was not yet.
      if (bounds.epoch > logReader.epoch) await logReader.nextChange()
    } else if (cursor < from) {
      this.#send(resetEvent({ reason: 'trimmed', from }, bounds))
      this.#position.id = from
    } else this.#writeBatch(batch)
  }

  /** Writes as much as the socket takes and moves the cursor over it. */
  #writeBatch(batch: Batch): void {
    const { events, scannedTo } = batch
    for (const event of events) if (event.to === this.account) this.addPending(event.id)
    for (const { chunk, lastId } of this.#context.logReader.packBatch(batch)) {
      this.#send(chunk)
      this.#position.id = lastId
      // The rest is read again later: a reader that stalls holds no more than one chunk.
      if (this.#full) return
    }
    this.#position.id = scannedTo
  }

  #goLive(): void {
    this.#live = true
    this.#context.onLive(this)
    this.#becomeReady()
    this.#context.presenceBroadcaster.caughtUp(this)
  }

  #fallBehind(cursor: number): void {
    this.#full = true
    this.#live = false
    this.#position.id = cursor
    this.#context.onBehind(this)
    this.#run(async () => {})
  }

  #becomeReady(): void {
    if (this.#ready || !this.#present || !this.#receiptStored || !this.#live) return
    this.#ready = true
    const { logReader, presence, presenceBroadcaster } = this.#context
    const online = this.#wantsPresence ? initialOnlineNames(presence) : undefined
    const { username } = this.session.account
    this.#send(readyEvent(username, logReader, online, presence.count))
    if (this.#wantsPresence) presenceBroadcaster.add(this)
    if (this.#live) this.#context.onLive(this)
  }

  #send(event: Chunk | string): void {
    // What was asked of the store before the end may be answered after it.
    if (this.#ended || this.#write(event)) return
    if (this.#live) this.#fallBehind(this.#context.logReader.head)
    else this.#full = true
  }

  #write(event: Chunk | string): boolean {
    if (!this.#hasWritten) {
      this.#hasWritten = true
      this.#connection.buffer(retryPreamble)
    }
    return this.#connection.write(event)
  }

  #run(begin: () => Promise<void>): void {
    begin()
      .then(() => this.#catchUp())
      .catch((error: unknown) => {
        if (this.#ended) return
        this.#context.onError(error)
        this.destroy()
      })
  }
}
