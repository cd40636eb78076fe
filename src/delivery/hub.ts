import type { Presence } from '../chat/presence.ts'
import { Problem } from '../chat/problems.ts'
import type { Extent, News, Session } from '../store/store.ts'
import { Turnstile } from '../turnstile.ts'
import { Block, pack, type Stretch } from './block.ts'
import { formatCursor } from './cursor.ts'
import { type ByeReason, type Frame, heartbeatEvent } from './frames.ts'
import { LiveStreams } from './live-streams.ts'
import type { ReachedMarks } from './marks.ts'
import type { PresenceFeed } from './presence-feed.ts'
import { Stream } from './stream.ts'
import { StreamsBy } from './streams-by.ts'
import type { StreamRequest, Surroundings } from './surroundings.ts'
import type { Tail } from './tail.ts'

/** How many sessions are asked for at once when the log has turned. */
const checksAtOnce = 4

/** How long after `bye` the first reconnects come, where the grace allows. */
const firstReconnectMs = 250

export interface HubSettings {
  heartbeatMs: number
  /** 0: streams are not renewed. */
  streamMaxSeconds: number
  maxStreams: number
  /** 0: as many as there is room for. */
  streamsPerUser: number
  presenceGraceMs: number
}

export interface HubParts {
  tail: Tail
  presence: Presence
  feed: PresenceFeed
  marks: ReachedMarks
  /** How long a stream waits before it asks an unavailable store again, in ms. */
  retryMs?: number
  stands: Surroundings['stands']
  /** The store's time, in Unix ms. */
  now(): number
  onError(error: unknown): void
}

/** Who is connected, and the way of everything new to them. */
export class Hub {
  readonly #settings: HubSettings
  readonly #tail: Tail
  readonly #now: () => number
  readonly #surroundings: Surroundings
  /** In the order in which their next heartbeats are due. */
  readonly #streams = new Set<Stream>()
  readonly #live = new LiveStreams()
  readonly #byAccount = new StreamsBy()
  readonly #bySession = new StreamsBy()
  /** Every socket that is not closed yet, of streams that ended too. */
  readonly #sockets = new Set<Stream>()
  /** How often it is looked for what is due. */
  readonly #tickMs: number
  readonly #ticker: NodeJS.Timeout
  #away = false
  #closing = false
  #allClosed: () => void = () => {}

  constructor(settings: HubSettings, { retryMs = 1000, stands, now, ...parts }: HubParts) {
    const checks = new Turnstile(checksAtOnce)
    this.#settings = settings
    this.#tail = parts.tail
    this.#now = now
    this.#surroundings = {
      ...parts,
      retryMs,
      stands: (session) => checks.pass(() => stands(session)),
      onLive: (stream) => this.#live.add(stream),
      onBehind: (stream) => this.#live.delete(stream),
      onEnded: (stream) => this.#remove(stream),
      onClosed: (stream) => {
        this.#sockets.delete(stream)
        if (this.#sockets.size === 0) this.#allClosed()
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
    if (this.#away) {
      throw new Problem('unavailable', 'The store cannot be reached.', { retryAfter: 5 })
    }
    if (streamsPerUser > 0) this.#makeWay(session, streamsPerUser)
    if (this.#streams.size >= maxStreams) {
      throw new Problem('unavailable', 'As many streams are open as this server serves.', {
        retryAfter: 5,
      })
    }
  }

  /** Opens a stream for which there is room. While the server stops it only says so. */
  open(request: StreamRequest): Stream {
    const stream = new Stream(request, this.#surroundings)
    this.#add(stream)
    stream.start(request.cursor)
    if (this.#closing) stream.end('shutting-down', this.#spread())
    return stream
  }

  /**
   * Ends the streams of ended sessions, and delivers what the log brought. In this order: what was
   * said after a session ended elsewhere may come with the same news as its end.
   */
  follow(news: Pick<News, 'extent' | 'entries' | 'ended'>): void {
    for (const session of news.ended) {
      for (const stream of this.#bySession.of(session)) stream.end('logged-out')
    }
    this.#deliver(this.#tail.follow(news))
  }

  /**
   * The log has another epoch: it may have gone back. Every stream finds out whether its session
   * still stands, and where it is itself.
   */
  turned(extent: Extent): void {
    for (const stream of this.#live.all()) stream.turn()
    this.#tail.turned(extent)
    this.#surroundings.marks.turned()
  }

  /** The store is lost: what it brings cannot be delivered here, so the readers go elsewhere. */
  lost(): void {
    this.#away = true
    this.#endAll('unavailable')
  }

  found(): void {
    this.#away = false
  }

  /** Ends every stream with `bye` and resolves when their sockets are closed. */
  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#ticker)
    this.#endAll('shutting-down')
    if (this.#sockets.size === 0) return
    await new Promise<void>((resolve) => {
      this.#allClosed = resolve
    })
  }

  /** Cuts every connection that is still there. */
  destroy(): void {
    for (const stream of [...this.#sockets]) stream.destroy()
  }

  #makeWay({ id, account }: Session, streamsPerUser: number): void {
    const mine = this.#byAccount.of(account.id)
    if (mine.length < streamsPerUser) return
    const [oldest] = this.#bySession.of(id)
    if (oldest === undefined)
      throw new Problem(
        'too-many-streams',
        `${mine.length} streams of yours are open, none of them from this session; ${streamsPerUser} is the most.`,
        { retryAfter: 10 },
      )
    oldest.end('replaced')
  }

  #endAll(reason: ByeReason): void {
    for (const stream of [...this.#streams]) stream.end(reason, this.#spread())
  }

  #add(stream: Stream): void {
    const now = performance.now()
    const { heartbeatMs, streamMaxSeconds } = this.#settings
    stream.nextBeatAt = now + heartbeatMs
    // Give or take a tenth, so that streams opened together are not renewed together.
    if (streamMaxSeconds > 0) {
      stream.renewAt = now + streamMaxSeconds * 1000 * (0.9 + Math.random() * 0.2)
    }
    this.#streams.add(stream)
    this.#sockets.add(stream)
    this.#byAccount.add(stream.account, stream)
    this.#bySession.add(stream.session.id, stream)
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream)
    this.#live.delete(stream)
    this.#byAccount.remove(stream.account, stream)
    this.#bySession.remove(stream.session.id, stream)
    this.#surroundings.presence.leave(stream.session.id)
  }

  /**
   * Reconnects are spread over half the grace at most, so that none of them looks like an exit, and
   * not at once, so that none of them meets the server that is still stopping.
   */
  #spread(): number {
    const most = this.#settings.presenceGraceMs / 2
    const least = Math.min(firstReconnectMs, most / 2)
    return Math.floor(least + Math.random() * (most - least))
  }

  #deliver(frames: readonly Frame[]): void {
    if (frames.length === 0 || this.#live.size === 0) return
    const head = this.#tail.head
    const broadcasts = frames.filter((frame) => frame.to === 0)
    const directs = directsByAccount(frames)
    const forAll = pack(broadcasts, head)
    // Only their two people pay for direct messages: everyone else's cursor is the head already.
    if (broadcasts.length > 0) {
      const beating = this.#beating(directs)
      const concerned = [...directs.keys()].flatMap((account) => this.#liveOf(account))
      this.#live.deliver(forAll, [...beating, ...concerned])
      if (beating.length > 0) this.#deliverWithBeat(beating, broadcasts)
    }
    for (const [account, own] of directs) {
      const streams = this.#liveOf(account)
      if (streams.length > 0) this.#deliverOwn(streams, pack(inOrder(broadcasts, own), head), own)
    }
  }

  #liveOf(account: number): Stream[] {
    return this.#byAccount.of(account).filter((stream) => stream.isLive)
  }

  /** The live streams whose heartbeats are due before the next look, but for those of some accounts. */
  #beating(except: { has(account: number): boolean }): Stream[] {
    const soon = performance.now() + this.#tickMs
    const beating: Stream[] = []
    for (const stream of this.#streams) {
      if (stream.nextBeatAt > soon) break
      if (stream.isLive && !except.has(stream.account)) beating.push(stream)
    }
    return beating
  }

  /** Heartbeats that are due before the next look go along: of their own they would cost a write. */
  #deliverWithBeat(streams: readonly Stream[], broadcasts: readonly Frame[]): void {
    const { head, epoch } = this.#tail
    const bytes = Buffer.from(heartbeatEvent(formatCursor(head, epoch)))
    // Packed as if it were one more message, with the cursor that it tells.
    const stretches = pack([...broadcasts, { id: head, from: 0, to: 0, bytes }], head)
    const now = performance.now()
    for (const stream of streams) {
      this.#beatsNext(stream, now)
      stream.noteReached()
      stream.deliver(stretches)
    }
  }

  #beatsNext(stream: Stream, now: number): void {
    stream.nextBeatAt = now + this.#settings.heartbeatMs
    this.#streams.delete(stream)
    this.#streams.add(stream)
  }

  #deliverOwn(streams: readonly Stream[], stretches: Stretch[], own: readonly Frame[]): void {
    for (const stream of streams) {
      for (const frame of own) if (frame.to === stream.account) stream.owe(frame.id)
      stream.deliver(stretches)
    }
  }

  #tick(): void {
    const now = performance.now()
    const wallClock = this.#now()
    const id = formatCursor(this.#tail.head, this.#tail.epoch)
    const atHead = new Block(Buffer.from(heartbeatEvent(id)))
    for (const stream of [...this.#streams]) {
      if (wallClock >= stream.session.expiresAt) stream.end('session-expired')
      else if (now >= stream.renewAt) stream.end('renew')
      else if (now >= stream.nextBeatAt) {
        this.#beatsNext(stream, now)
        stream.beat(atHead)
      }
    }
  }
}

/** Each concerned account's direct messages of a run of frames, in order. */
function directsByAccount(frames: readonly Frame[]): Map<number, Frame[]> {
  const byAccount = new Map<number, Frame[]>()
  for (const frame of frames) {
    if (frame.to === 0) continue
    for (const account of new Set([frame.from, frame.to])) {
      const own = byAccount.get(account)
      if (own) own.push(frame)
      else byAccount.set(account, [frame])
    }
  }
  return byAccount
}

/** Two runs of frames, each in order, as one. */
function inOrder(broadcasts: readonly Frame[], own: readonly Frame[]): Frame[] {
  return [...broadcasts, ...own].sort((one, other) => one.id - other.id)
}
