import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Presence } from '../chat/presence.ts'
import { type Cursor, type Placement, type Session, Unavailable } from '../store/store.ts'
import { Block, pack, type Stretch } from './block.ts'
import { formatCursor } from './cursor.ts'
import {
  type ByeReason,
  byeEvent,
  heartbeatEvent,
  preamble,
  readyEvent,
  resetEvent,
} from './frames.ts'
import type { ReachedMarks } from './marks.ts'
import type { PresenceFeed, PresenceReader } from './presence-feed.ts'
import type { Portion, Tail } from './tail.ts'
import type { Wire } from './wire.ts'

/** `ready` names at most so many people; past that the reader fetches the list. */
const maxNamesInReady = 1_000

export interface StreamRequest {
  session: Session
  /** Null for a reader who comes without one. */
  cursor: Cursor | null
  presence: 'full' | 'none'
  wire: Pick<Wire, 'listen' | 'write' | 'empty' | 'end' | 'destroy'>
}

/** What a stream lives among. */
export interface Surroundings {
  tail: Tail
  presence: Presence
  feed: PresenceFeed
  marks: ReachedMarks
  /** How long to wait before a store that could not be read is asked again, in ms. */
  retryMs: number
  /** Whether a session that was alive is so still, and the same one. @throws {Unavailable} */
  stands(session: Session): Promise<boolean>
  /** The stream is at the head: what comes next is delivered to it. */
  onLive(stream: Stream): void
  /** Its reader is too slow to be delivered to: it reads on by itself. */
  onBehind(stream: Stream): void
  /** It ended: nothing more is to be written. */
  onEnded(stream: Stream): void
  /** Its socket is closed. */
  onClosed(stream: Stream): void
  /** A mistake of our own; the stream is cut and its reader will resume. */
  onError(error: unknown): void
}

/**
 * One reader of the log: a cursor, a filter (what its person may see) and a socket.
 *
 * Replay, catching up and following are one thing: while the cursor is behind the head or the
 * socket is full it reads on by itself, bounded by what one write holds; at the head it is live
 * and is delivered to.
 */
export class Stream implements PresenceReader {
  readonly session: Session
  readonly account: number
  /** When the next heartbeat is due, by `performance.now()`. */
  nextBeatAt = 0
  /** When the stream must be renewed, by `performance.now()`. */
  renewAt = Number.POSITIVE_INFINITY
  readonly #wire: StreamRequest['wire']
  readonly #around: Surroundings
  readonly #wantsPresence: boolean
  /** Up to here everything this person may see is written; while live the head stands for it. */
  #cursor = 0
  /** The epoch of the log on which the cursor stands. */
  #epoch = ''
  /** False while kept messages are written: what lies between them was not. */
  #placed = false
  #live = false
  #full = false
  #present = false
  #ready = false
  #ended = false
  /** The newest direct message to this person that was written here and not yet marked as reached. */
  #owes = 0
  #wake: () => void = () => {}

  constructor({ session, presence, wire }: StreamRequest, around: Surroundings) {
    this.session = session
    this.account = session.account.id
    this.#wire = wire
    this.#around = around
    this.#wantsPresence = presence === 'full'
  }

  /** Begins to read from the cursor; the rest happens by itself. */
  start(cursor: Cursor | null): void {
    this.#wire.listen({
      drained: () => {
        this.#full = false
        this.#wake()
      },
      closed: () => {
        this.#finish()
        this.#around.onClosed(this)
      },
    })
    this.#send(new Block(preamble))
    this.#around.presence.enter(this.session).then(() => {
      this.#present = true
      this.#becomeReady()
    })
    this.#run(() => (cursor === null ? this.#beginWithKept() : this.#beginAt(cursor)))
  }

  /** Writes what one commit brought to a live stream. */
  deliver(stretches: readonly Stretch[]): void {
    for (const { block, lastId } of stretches) {
      if (this.#wire.write(block)) continue
      this.#fallBehind(lastId)
      return
    }
  }

  /** The log is about to turn: what was delivered is as far as this stream has come on it. */
  turn(): void {
    this.#live = false
    this.#cursor = this.#around.tail.head
    this.#around.onBehind(this)
    this.#run(async () => {})
  }

  /** Notes that a direct message to this person was written here. */
  owe(id: number): void {
    this.#owes = Math.max(this.#owes, id)
  }

  /** Writes a heartbeat; `atHead` is the one that all live streams share. */
  beat(atHead: Block): void {
    if (this.#full) return
    const cursor = this.#live ? this.#around.tail.head : this.#cursor
    if (this.#owes > 0 && this.#owes <= cursor && this.#wire.empty) {
      this.#around.marks.note(this.account, this.#owes)
      this.#owes = 0
    }
    this.#send(this.#live ? atHead : new Block(heartbeatEvent(this.#id)))
  }

  tell(block: Block): boolean {
    if (!this.#live) return false
    this.#send(block)
    return true
  }

  /** Says why and ends the stream. */
  end(reason: ByeReason, retryMs?: number): void {
    if (this.#ended) return
    this.#wire.end(new Block(byeEvent(reason, retryMs)))
    this.#finish()
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#wire.destroy()
    this.#finish()
  }

  get #id(): string | undefined {
    return this.#placed ? formatCursor(this.#cursor, this.#epoch) : undefined
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#live = false
    this.#wake()
    this.#around.feed.remove(this)
    this.#around.onEnded(this)
  }

  /** Direct messages that were kept for this person, then the head. */
  async #beginWithKept(): Promise<void> {
    const { tail, marks } = this.#around
    await marks.settled()
    const { after, upTo, extent } = await this.#patiently(() => tail.unreached(this.account))
    this.#cursor = after
    this.#epoch = extent.epoch
    let end = upTo
    while (this.#cursor < end && !this.#ended) {
      const from = this.#cursor
      const portion = await this.#patiently(() => tail.readKept(from, end, this.account))
      if (this.#outdated(portion)) end = Math.min(end, await this.#placeKept())
      else this.#writePortion(portion)
      if (this.#full) await this.#drained()
    }
    this.#placed = true
  }

  /**
   * The log has turned while kept messages were written. Where some of these are void, the stream
   * goes on from the fork as one with a cursor: nothing more is kept for it.
   *
   * @returns the last id up to which messages are still kept for it
   */
  async #placeKept(): Promise<number> {
    const placement = await this.#placeAgain()
    return placement?.reset === null ? placement.extent.head : this.#cursor
  }

  async #beginAt(cursor: Cursor): Promise<void> {
    const { position } = await this.#place(cursor)
    this.#around.marks.note(this.account, position)
    this.#placed = true
  }

  async #place(cursor: Cursor): Promise<Placement> {
    const placement = await this.#patiently(() => this.#around.tail.place(cursor))
    const { position, reset, extent } = placement
    if (reset) {
      this.#send(new Block(resetEvent(reset, extent)))
      this.#owes = Math.min(this.#owes, position)
    }
    this.#cursor = position
    this.#epoch = extent.epoch
    return placement
  }

  /** Reads on until the stream is at the head and its socket takes more, then goes live. */
  async #readOn(): Promise<void> {
    const { tail } = this.#around
    while (!this.#ended) {
      const cursor = this.#cursor
      if (this.#full) await this.#drained()
      else if (this.#epoch !== tail.epoch) await this.#placeAgain()
      else if (cursor > tail.head) await tail.moved()
      else if (cursor === tail.head) return this.#goLive()
      else await this.#readPortion(cursor)
    }
  }

  /**
   * The log has turned: finds out where the cursor stands on it as it is now, unless the session
   * went with what was lost. Then its account may be someone else's by now.
   */
  async #placeAgain(): Promise<Placement | undefined> {
    const { tail, presence, stands } = this.#around
    if (!(await this.#patiently(() => stands(this.session)))) {
      presence.over(this.session.id)
      this.end('logged-out')
      return undefined
    }
    const placement = await this.#place({ id: this.#cursor, epoch: this.#epoch })
    // The store may know of a turn that is yet to be told here. Epochs sort by their birth.
    if (!this.#ended && this.#epoch > tail.epoch) await tail.moved()
    return placement
  }

  /** Whether a portion was read from another log than the one that the cursor stands on. */
  #outdated({ extent }: Portion): boolean {
    const epochs = [this.#around.tail.epoch, extent?.epoch ?? this.#epoch]
    return epochs.some((epoch) => epoch !== this.#epoch)
  }

  async #readPortion(cursor: number): Promise<void> {
    const { tail } = this.#around
    const remembered = tail.remembered(cursor, this.account)
    if (remembered) {
      this.#writePortion(remembered)
      // One portion a turn: ten thousand readers who catch up share the loop with everyone else.
      await nextTurn()
      return
    }
    const portion = await this.#patiently(() => tail.read(cursor, this.account))
    const { extent } = portion
    if (this.#outdated(portion)) {
      // The turn is told here in a moment, if it was not yet.
      if (extent && extent.epoch > tail.epoch) await tail.moved()
      return
    }
    if (extent && cursor < extent.oldest - 1) {
      const from = extent.oldest - 1
      this.#send(new Block(resetEvent({ reason: 'trimmed', from }, extent)))
      this.#cursor = from
      return
    }
    this.#writePortion(portion)
  }

  /** Writes as much as the socket takes and moves the cursor over it. */
  #writePortion({ frames, covered }: Portion): void {
    for (const frame of frames) if (frame.to === this.account) this.owe(frame.id)
    for (const { block, lastId } of pack(frames, covered)) {
      this.#send(block)
      this.#cursor = lastId
      // The rest is read again later: a reader that stalls holds no more than one block.
      if (this.#full) return
    }
    this.#cursor = covered
  }

  #goLive(): void {
    this.#live = true
    this.#around.onLive(this)
    this.#becomeReady()
    this.#around.feed.caughtUp(this)
  }

  #fallBehind(cursor: number): void {
    this.#full = true
    this.#live = false
    this.#cursor = cursor
    this.#around.onBehind(this)
    this.#run(async () => {})
  }

  #becomeReady(): void {
    if (this.#ready || !this.#present || !this.#live) return
    this.#ready = true
    const { tail, presence, feed } = this.#around
    const named = this.#wantsPresence && presence.count <= maxNamesInReady
    const online = named ? presence.names() : undefined
    const { username } = this.session.account
    this.#send(new Block(readyEvent(username, tail, online, presence.count)))
    if (this.#wantsPresence) feed.add(this)
  }

  #send(block: Block): void {
    // What was asked of the store before the end may be answered after it.
    if (this.#ended || this.#wire.write(block)) return
    if (this.#live) this.#fallBehind(this.#around.tail.head)
    else this.#full = true
  }

  #run(begin: () => Promise<void>): void {
    begin()
      .then(() => this.#readOn())
      .catch((error: unknown) => {
        if (this.#ended) return
        this.#around.onError(error)
        this.destroy()
      })
  }

  /** Asks a store that cannot be reached again and again, as long as the stream is open. */
  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (this.#ended || !(error instanceof Unavailable)) throw error
        await this.#awake(this.#around.retryMs)
      }
    }
  }

  /** Resolves when the socket has drained or the stream has ended. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** Resolves after some time, or as soon as the stream has ended. */
  #awake(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, afterMs)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
