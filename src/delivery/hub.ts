import type { Presence } from '../chat/presence.ts'
import { Problem } from '../chat/problems.ts'
import { Semaphore } from '../semaphore.ts'
import type { LogBounds, Session, StoreUpdate } from '../store/store.ts'
import { Chunk, type ChunkRange, packChunks } from './chunk.ts'
import { formatCursor } from './cursor.ts'
import type { DeliveryReceipts } from './delivery-receipts.ts'
import { LiveStreams } from './live-streams.ts'
import type { LogReader } from './log-reader.ts'
import type { PresenceBroadcaster } from './presence-broadcaster.ts'
import { type ByeReason, type EncodedEvent, heartbeatEvent } from './sse-events.ts'
import { Stream } from './stream.ts'
import type { StreamContext, StreamOptions } from './stream-context.ts'
import { StreamIndex } from './stream-index.ts'

/** How many sessions are asked for at once when the log has turned. */
const maxConcurrentChecks = 4

/** How long after `bye` the first reconnects come, where the grace allows. */
const minReconnectDelayMs = 250

export interface HubSettings {
  heartbeatMs: number
  /** 0: streams are not renewed. */
  streamMaxSeconds: number
  maxStreams: number
  /** 0: as many as there is room for. */
  streamsPerUser: number
  presenceGraceMs: number
}

export interface HubDependencies {
  logReader: LogReader
  presence: Presence
  presenceBroadcaster: PresenceBroadcaster
  receipts: DeliveryReceipts
  /** How long a stream waits before it asks an unavailable store again, in ms. */
  retryMs?: number
  isSessionValid: StreamContext['isSessionValid']
  /** The store's time, in Unix ms. */
  now(): number
  onError(error: unknown): void
}

/** Who is connected, and the way of everything new to them. */
export class Hub {
  readonly #settings: HubSettings
  readonly #logReader: LogReader
  readonly #now: () => number
  readonly #context: StreamContext
  /** In the order in which their next heartbeats are due. */
  readonly #streams = new Set<Stream>()
  readonly #live = new LiveStreams()
  readonly #byAccount = new StreamIndex()
  readonly #bySession = new StreamIndex()
  /** Every socket that is not closed yet, of streams that ended too. */
  readonly #openSockets = new Set<Stream>()
  /** How often it is looked for what is due. */
  readonly #tickMs: number
  readonly #ticker: NodeJS.Timeout
  #storeUnavailable = false
  #closing = false
  #onAllClosed: () => void = () => {}

  constructor(
    settings: HubSettings,
    { retryMs = 1000, isSessionValid, now, ...parts }: HubDependencies,
  ) {
    const checks = new Semaphore(maxConcurrentChecks)
    this.#settings = settings
    this.#logReader = parts.logReader
    this.#now = now
    this.#context = {
      ...parts,
      retryMs,
      isSessionValid: (session) => checks.run(() => isSessionValid(session)),
      onLive: (stream) => this.#live.add(stream),
      onBehind: (stream) => this.#live.delete(stream),
      onEnded: (stream) => this.#remove(stream),
      onClosed: (stream) => {
        this.#openSockets.delete(stream)
        if (this.#openSockets.size === 0) this.#onAllClosed()
      },
    }
    this.#tickMs = Math.max(10, Math.min(1000, settings.heartbeatMs / 10))
    this.#ticker = setInterval(() => this.#tick(), this.#tickMs)
  }

  get size(): number {
    return this.#streams.size
  }

  /**
   * Makes room for one more stream of the session: its oldest makes way where the person has as
   * many as one may have.
   *
   * @throws {Problem} unavailable past the server's limit and while the store is lost;
   *   too-many-streams where none can make way
   */
  admit(session: Session): void {
    const { streamsPerUser, maxStreams } = this.#settings
    if (this.#storeUnavailable) {
      throw new Problem('unavailable', 'The store cannot be reached.', { retryAfter: 5 })
    }
    if (streamsPerUser > 0) this.#evictOldest(session, streamsPerUser)
    if (this.#streams.size >= maxStreams) {
      throw new Problem('unavailable', 'As many streams are open as this server serves.', {
        retryAfter: 5,
      })
    }
  }

  /** Opens a stream for which there is room. While the server stops it only says so. */
  open(request: StreamOptions): Stream {
    const stream = new Stream(request, this.#context)
    this.#add(stream)
    stream.start(request.cursor)
    if (this.#closing) stream.end('shutting-down', this.#reconnectDelayMs())
    return stream
  }

  /**
   * Ends the streams of ended sessions, and delivers what the log brought. In this order: what was
   * said after a session ended elsewhere may come with the same news as its end.
   */
  applyUpdate(update: Pick<StoreUpdate, 'bounds' | 'entries' | 'ended'>): void {
    for (const session of update.ended) {
      for (const stream of this.#bySession.get(session)) stream.end('logged-out')
    }
    this.#deliver(this.#logReader.applyUpdate(update))
  }

  /**
   * The log has another epoch: it may have gone back. Every stream finds out whether its session
   * still stands, and where it is itself.
   */
  diverged(bounds: LogBounds): void {
    for (const stream of this.#live.all()) stream.diverged()
    this.#logReader.diverged(bounds)
    this.#context.receipts.diverged()
  }

  /** The store is lost: what it brings cannot be delivered here, so the readers go elsewhere. */
  disconnected(): void {
    this.#storeUnavailable = true
    this.#endAll('unavailable')
  }

  reconnected(): void {
    this.#storeUnavailable = false
  }

  /** Ends every stream with `bye` and resolves when their sockets are closed. */
  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#ticker)
    this.#endAll('shutting-down')
    if (this.#openSockets.size === 0) return
    await new Promise<void>((resolve) => {
      this.#onAllClosed = resolve
    })
  }

  /** Cuts every connection that is still there. */
  destroy(): void {
    for (const stream of [...this.#openSockets]) stream.destroy()
  }

  #evictOldest({ id, account }: Session, streamsPerUser: number): void {
    const open = this.#byAccount.get(account.id)
    if (open.length < streamsPerUser) return
    const [oldest] = this.#bySession.get(id)
    if (oldest === undefined)
      throw new Problem(
        'too-many-streams',
        `${open.length} streams of yours are open, none of them from this session; ${streamsPerUser} is the most.`,
        { retryAfter: 10 },
      )
    oldest.end('replaced')
  }

  #endAll(reason: ByeReason): void {
    for (const stream of [...this.#streams]) stream.end(reason, this.#reconnectDelayMs())
  }

  #add(stream: Stream): void {
    const now = performance.now()
    const { heartbeatMs, streamMaxSeconds } = this.#settings
    stream.nextHeartbeatAt = now + heartbeatMs
    // Give or take a tenth, so that streams opened together are not renewed together.
    if (streamMaxSeconds > 0) {
      stream.renewAt = now + streamMaxSeconds * 1000 * (0.9 + Math.random() * 0.2)
    }
    this.#streams.add(stream)
    this.#openSockets.add(stream)
    this.#byAccount.add(stream.account, stream)
    this.#bySession.add(stream.session.id, stream)
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream)
    this.#live.delete(stream)
    this.#byAccount.remove(stream.account, stream)
    this.#bySession.remove(stream.session.id, stream)
    this.#context.presence.leave(stream.session.id)
  }

  /**
   * Reconnects are spread over half the grace at most, so that none of them looks like an exit, and
   * not at once, so that none of them meets the server that is still stopping.
   */
  #reconnectDelayMs(): number {
    const max = this.#settings.presenceGraceMs / 2
    const min = Math.min(minReconnectDelayMs, max / 2)
    return Math.floor(min + Math.random() * (max - min))
  }

  #deliver(events: readonly EncodedEvent[]): void {
    if (events.length === 0 || this.#live.size === 0) return
    const head = this.#logReader.head
    const broadcasts = events.filter((event) => event.to === 0)
    const directs = directMessagesByAccount(events)
    const ranges = packChunks(broadcasts, head)
    // Only their two people pay for direct messages: everyone else's cursor is the head already.
    if (broadcasts.length > 0) {
      const due = this.#dueForHeartbeat(directs)
      const participants = [...directs.keys()].flatMap((account) => this.#liveStreamsOf(account))
      this.#live.deliver(ranges, [...due, ...participants])
      if (due.length > 0) this.#deliverWithHeartbeat(due, broadcasts)
    }
    for (const [account, own] of directs) {
      const streams = this.#liveStreamsOf(account)
      if (streams.length > 0)
        this.#deliverWithDirects(streams, packChunks(mergeById(broadcasts, own), head), own)
    }
  }

  #liveStreamsOf(account: number): Stream[] {
    return this.#byAccount.get(account).filter((stream) => stream.isLive)
  }

  /** The live streams whose heartbeats are due before the next look, but for those of some accounts. */
  #dueForHeartbeat(except: { has(account: number): boolean }): Stream[] {
    const soon = performance.now() + this.#tickMs
    const due: Stream[] = []
    for (const stream of this.#streams) {
      if (stream.nextHeartbeatAt > soon) break
      if (stream.isLive && !except.has(stream.account)) due.push(stream)
    }
    return due
  }

  /** Heartbeats that are due before the next look go along: of their own they would cost a write. */
  #deliverWithHeartbeat(streams: readonly Stream[], broadcasts: readonly EncodedEvent[]): void {
    const { head, epoch } = this.#logReader
    const bytes = Buffer.from(heartbeatEvent(formatCursor(head, epoch)))
    // Packed as if it were one more message, with the cursor that it tells.
    const ranges = packChunks([...broadcasts, { id: head, from: 0, to: 0, bytes }], head)
    const now = performance.now()
    for (const stream of streams) {
      this.#scheduleHeartbeat(stream, now)
      stream.acknowledge()
      stream.deliver(ranges)
    }
  }

  #scheduleHeartbeat(stream: Stream, now: number): void {
    stream.nextHeartbeatAt = now + this.#settings.heartbeatMs
    this.#streams.delete(stream)
    this.#streams.add(stream)
  }

  #deliverWithDirects(
    streams: readonly Stream[],
    ranges: ChunkRange[],
    own: readonly EncodedEvent[],
  ): void {
    for (const stream of streams) {
      for (const event of own) if (event.to === stream.account) stream.addPending(event.id)
      stream.deliver(ranges)
    }
  }

  #tick(): void {
    const now = performance.now()
    const wallClock = this.#now()
    const id = formatCursor(this.#logReader.head, this.#logReader.epoch)
    const headHeartbeat = new Chunk(Buffer.from(heartbeatEvent(id)))
    for (const stream of [...this.#streams]) {
      if (wallClock >= stream.session.expiresAt) stream.end('session-expired')
      else if (now >= stream.renewAt) stream.end('renew')
      else if (now >= stream.nextHeartbeatAt) {
        this.#scheduleHeartbeat(stream, now)
        stream.sendHeartbeat(headHeartbeat)
      }
    }
  }
}

/** Each concerned account's direct messages of a run of events, in order. */
function directMessagesByAccount(events: readonly EncodedEvent[]): Map<number, EncodedEvent[]> {
  const byAccount = new Map<number, EncodedEvent[]>()
  for (const event of events) {
    if (event.to === 0) continue
    for (const account of new Set([event.from, event.to])) {
      const own = byAccount.get(account)
      if (own) own.push(event)
      else byAccount.set(account, [event])
    }
  }
  return byAccount
}

/** Two runs of events, each in order, as one. */
function mergeById(
  broadcasts: readonly EncodedEvent[],
  own: readonly EncodedEvent[],
): EncodedEvent[] {
  return [...broadcasts, ...own].sort((one, other) => one.id - other.id)
}
