import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Presence } from '../chat/presence.ts'
import type { Cursor } from '../store/message-log.ts'
import type { Session } from '../store/session-store.ts'
import { type DeliveryReceipts, PendingReceipt } from './delivery-receipts.ts'
import type { EncodedEvent } from './encoded-event.ts'
import { type EventSet, hasEvent, tellsOfEntries } from './event-names.ts'
import type { Chunk } from './http-chunk.ts'
import type { LogCache, StoredBatch } from './log-cache.ts'
import { type PackedEvents, selectEvents } from './packed-events.ts'
import type { PresenceBroadcaster, PresenceSubscriber } from './presence-broadcaster.ts'
import type { Batch } from './recent-events.ts'
import type { AccountRooms, RoomMembers } from './room-members.ts'
import {
  type ByeReason,
  heartbeatEvent,
  initialOnlineNames,
  readyEvent,
  resetEvent,
} from './sse-events.ts'
import { type StreamConnection, StreamOutput } from './stream-output.ts'
import { StreamPosition } from './stream-position.ts'
import { StreamReady } from './stream-ready.ts'
import { StreamWaits } from './stream-waits.ts'

export interface StreamOptions {
  session: Session
  /** Null for a reader without a cursor. */
  cursor: Cursor | null
  presence: 'full' | 'none'
  /** The events it has, besides those that every stream has. */
  events: EventSet
  connection: StreamConnection
}

/** The parts of the server that a stream uses. */
export interface StreamContext {
  logCache: LogCache
  roomMembers: Pick<RoomMembers, 'loadBeside' | 'open'>
  presence: Presence
  presenceBroadcaster: PresenceBroadcaster
  receipts: DeliveryReceipts
  /** How often a stream gets a heartbeat, and `ready` again at most, in ms. */
  heartbeatMs: number
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
 * - `opening`: it has no cursor yet: the one of its reader is being resolved, or its reader has none and
 *   gets undelivered direct messages first
 * - `replaying`: it has a cursor, and reads on to the head for the first time
 * - `live`: it is at the head, and the hub delivers new events to it
 * - `behind`: it was live, and reads on until it is at the head again
 * - `ended`: nothing more is written
 */
type StreamState = 'opening' | 'replaying' | 'live' | 'behind' | 'ended'

/**
 * One reader of the log: a cursor, a filter (the entries for its person) and a socket.
 *
 * Replaying and catching up are the same loop, `#readOn`, the one way to `live`: while the cursor is
 * behind the head or the socket is full, the stream reads on by itself, one write at a time.
 */
export class Stream implements PresenceSubscriber {
  /** Set anew where it is renewed: the stream lives as long. */
  session: Session
  readonly account: number
  readonly events: EventSet
  readonly #output: StreamOutput
  readonly #context: StreamContext
  readonly #rooms: AccountRooms
  readonly #receipt: PendingReceipt
  readonly #waits: StreamWaits
  readonly #ready: StreamReady
  readonly #cursor: Cursor | null
  readonly #wantsPresence: boolean
  #state: StreamState = 'opening'
  /** Outdated while the stream is live: then its position is the head. */
  readonly #position: StreamPosition
  /** Up to here a stream that is `opening` reads undelivered direct messages alone. */
  #undeliveredUpTo = 0

  constructor(options: StreamOptions, context: StreamContext) {
    const { session, cursor, presence, events, connection } = options
    this.session = session
    this.account = session.account.id
    this.events = events
    this.#output = new StreamOutput(connection)
    this.#context = context
    this.#rooms = context.roomMembers.open(this.account)
    this.#receipt = new PendingReceipt(context.receipts, this.account, events)
    this.#ready = new StreamReady()
    this.#waits = new StreamWaits(context.retryMs)
    this.#cursor = cursor
    this.#position = new StreamPosition(context.logCache)
    this.#wantsPresence = presence === 'full'
  }

  /** Starts to read from the cursor. */
  start(): void {
    this.#output.listen({
      drained: () => {
        this.#output.drained()
        this.#waits.drained()
      },
      closed: () => {
        this.#become('ended')
        this.#context.onClosed(this)
      },
    })
    this.#delayReady(this.#context.presence.enter(this.session))
    const cursor = this.#cursor
    this.#run(() => (cursor === null ? this.#findUndelivered() : this.#startAtCursor(cursor)))
  }

  get isLive(): boolean {
    return this.#state === 'live'
  }

  /** Writes the events of one update to a live stream; `own` are those for its account alone. */
  deliver(packed: PackedEvents, own: readonly EncodedEvent[] = []): void {
    this.#receipt.add(own)
    for (const { chunk, lastId } of packed.for(this.events)) {
      if (this.#output.write(chunk)) continue
      this.#fallBehind(lastId)
      return
    }
  }

  /** The log is about to change its epoch: a live stream is as far as the head of the old log. */
  diverged(): void {
    if (this.isLive) this.#fallBehind(this.#context.logCache.head)
  }

  /** Writes a heartbeat; live streams share `headHeartbeat`. */
  sendHeartbeat(headHeartbeat: Chunk): void {
    if (this.#output.isFull) return
    this.#acknowledge()
    const id = this.#state === 'opening' ? undefined : this.#position.eventId
    this.#send(this.isLive ? headHeartbeat : heartbeatEvent(id))
    this.#sendReady()
  }

  sendPresence(chunk: Chunk): boolean {
    if (!this.isLive) return false
    this.#send(chunk)
    return true
  }

  /** Writes an event that is not in the log to a live stream. After `ready` its reader asks for what it missed. */
  sendSignal(name: 'read' | 'typing' | 'user.updated', chunk: Chunk): void {
    if (this.isLive && hasEvent(this.events, name)) this.#send(chunk)
  }

  /** Writes `bye` and ends the stream. */
  end(reason: ByeReason, retryMs?: number): void {
    if (this.#state === 'ended') return
    this.#output.end(reason, retryMs)
    this.#become('ended')
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#output.destroy()
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
      this.#ready.owe()
      this.#run()
    } else if (state === 'ended') {
      this.#waits.stop()
      presenceBroadcaster.remove(this)
      presence.leave(this.session.id)
      onEnded(this)
    }
  }

  #fallBehind(cursor: number): void {
    this.#position.id = cursor
    this.#become('behind')
  }

  /** Moves to before the direct messages to this person that none of their streams has delivered. */
  async #findUndelivered(): Promise<void> {
    const { logCache, roomMembers, receipts } = this.#context
    const { generation } = logCache
    await receipts.settled()
    const { after, upTo, bounds } = await this.#waits.untilAvailable(() =>
      roomMembers.loadBeside(logCache.undelivered(this.account), this.#rooms),
    )
    this.#position.moveTo(hasEvent(this.events, 'message') ? after : upTo, bounds, generation)
    this.#undeliveredUpTo = upTo
  }

  async #startAtCursor(cursor: Cursor): Promise<void> {
    await this.#resolveCursor(cursor)
    this.#delayReady(this.#receipt.recordStart(this.#position.id))
  }

  /** Moves to where a cursor stands, and writes a reset unless that is the same place on the same log. */
  async #resolveCursor(cursor: Cursor): Promise<void> {
    const { logCache, roomMembers } = this.#context
    const { generation } = logCache
    const { position, bounds, ...found } = await this.#waits.untilAvailable(() =>
      roomMembers.loadBeside(logCache.resolveCursor(cursor), this.#rooms),
    )
    // A reader without a cursor has seen nothing that another epoch could change.
    const hasNoCursor = this.#cursor === null && this.#state === 'opening'
    const reset = hasNoCursor && found.reset?.reason === 'new-epoch' ? null : found.reset
    if (reset) {
      this.#send(resetEvent(reset, bounds))
      this.#receipt.limitTo(position)
    }
    // After a reset the stream goes on from the fork as with a cursor.
    this.#undeliveredUpTo = reset ? 0 : Math.min(this.#undeliveredUpTo, bounds.head)
    this.#position.moveTo(position, bounds, generation)
  }

  /** Reads on until the stream is at the head and its socket takes more, then goes live. */
  async #readOn(): Promise<void> {
    const { logCache } = this.#context
    while (this.#state !== 'ended') {
      // Waits for the client, until its socket drains or the stream ends.
      if (this.#output.isFull) await this.#waits.untilDrained()
      // Waits for the update or divergence on its way from the store, which come even if the stream ends.
      else if (this.#position.isAhead) await logCache.nextChange()
      // The reads wait for an answer of the store; if it is unavailable, until it answers or the stream ends.
      else if (this.#position.hasDiverged) await this.#reposition()
      else if (this.#position.id < this.#undeliveredUpTo) await this.#readUndelivered()
      else if (this.#state === 'opening') this.#become('replaying')
      else if (this.#position.id < this.#position.endOfLog(this.#rooms)) await this.#readBatch()
      else return this.#become('live')
    }
  }

  /**
   * Resolves the position on the log as it is after it diverged. If the session was lost with a part
   * of the log, the stream ends: its account id may be another person's by now.
   */
  async #reposition(): Promise<void> {
    const { presence, isSessionValid } = this.#context
    if (await this.#waits.untilAvailable(() => isSessionValid(this.session)))
      return this.#resolveCursor(this.#position.cursor)
    presence.sessionEnded(this.session.id)
    this.end('logged-out')
  }

  async #readUndelivered(): Promise<void> {
    const { id } = this.#position
    const batch = await this.#waits.untilAvailable(() =>
      this.#context.logCache.readUndelivered(id, this.#undeliveredUpTo, this.account),
    )
    if (this.#mayWrite(batch)) this.#writeBatch(batch)
  }

  async #readBatch(): Promise<void> {
    const { logCache } = this.#context
    const { id } = this.#position
    const recent = logCache.readRecent(id, this.#rooms)
    if (recent) {
      this.#writeBatch(recent)
      // One batch per turn of the event loop, so that ten thousand readers who catch up block nobody.
      await nextTurn()
      return
    }
    const batch = await this.#waits.untilAvailable(() => logCache.read(id, this.account))
    if (!this.#mayWrite(batch)) return
    const from = batch.bounds.oldest - 1
    if (id < from) {
      this.#send(resetEvent({ reason: 'trimmed', from }, batch.bounds))
      this.#position.id = from
    } else this.#writeBatch(batch)
  }

  /** False for a batch of another log, or of messages that have changed while it was read: it is read again. */
  #mayWrite(batch: StoredBatch): boolean {
    return this.#position.accepts(batch) && !this.#context.logCache.isOutdated(batch)
  }

  /** Writes as much as the socket takes, and moves the cursor over it. */
  #writeBatch({ events, scannedTo }: Batch): void {
    const batch = { events: selectEvents(events, this.events), scannedTo }
    this.#receipt.add(batch.events)
    for (const { chunk, lastId } of this.#context.logCache.packBatch(batch, this.events)) {
      this.#send(chunk)
      this.#position.id = lastId
      // The rest is read again later, so that a stalled reader holds at most one chunk in memory.
      if (this.#output.isFull) return
    }
    const isDeaf = !tellsOfEntries(this.events)
    // What leaves all of the log out need not read it, once it knows that nothing was trimmed.
    this.#position.id = isDeaf ? this.#position.endOfLog(this.#rooms) : scannedTo
  }

  /** Records what was delivered, once the kernel has taken all that was written. */
  #acknowledge(): void {
    const cursor = this.isLive ? this.#context.logCache.head : this.#position.id
    if (this.#output.isDrained) this.#receipt.record(cursor)
  }

  #delayReady(write: Promise<void>): void {
    this.#ready.waitFor(write).then(() => this.#sendReady())
  }

  /** Writes `ready` if it is due and the stream is live. Its reader may know the names already. */
  #sendReady(): void {
    if (!this.isLive || !this.#ready.isDue(this.#context.heartbeatMs)) return
    const { logCache, presence, presenceBroadcaster } = this.#context
    const lacksNames = this.#wantsPresence && !presenceBroadcaster.isUpToDate(this)
    const online = lacksNames ? initialOnlineNames(presence) : undefined
    // Past the names' bound a first reader fetches the list, and one that missed changes is told to.
    const willKnowNames = online !== undefined || this.#ready.isFirst
    this.#ready.written()
    this.#send(readyEvent(this.session.account.username, logCache, online, presence.count))
    if (lacksNames && willKnowNames) presenceBroadcaster.add(this)
  }

  #send(event: Chunk | string): void {
    // The store may answer a question after the stream has ended.
    if (this.#state === 'ended' || this.#output.write(event)) return
    if (this.isLive) this.#fallBehind(this.#context.logCache.head)
  }

  /** Reads on after `prepare`, in a later microtask. An error cuts the stream. */
  #run(prepare: () => Promise<void> = async () => {}): void {
    prepare()
      .then(() => this.#readOn())
      .catch((error: unknown) => {
        if (this.#state === 'ended') return
        this.#context.onError(error)
        this.destroy()
      })
  }
}
