import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Cursor, Placement, Session, Unreached } from '../store/store.ts'
import type { Block, Stretch } from './block.ts'
import {
  type ByeReason,
  byeEvent,
  heartbeatEvent,
  preamble,
  readyEvent,
  resetEvent,
  usualRetryMs,
} from './frames.ts'
import { namesToTell } from './names-to-tell.ts'
import type { PresenceReader } from './presence-feed.ts'
import { Standing } from './standing.ts'
import type { StreamRequest, Surroundings } from './surroundings.ts'
import type { Portion } from './tail.ts'
import { Waits } from './waits.ts'
import type { Outlet } from './wire.ts'

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
  readonly #waits: Waits
  readonly #wantsPresence: boolean
  /** How far this stream has come; while live the head stands for it. */
  readonly #standing: Standing
  /** Whether an event was written. */
  #begun = false
  /** False while kept messages are written: what lies between them was not. */
  #placed = false
  /** Whether kept messages are written: its reader has no cursor yet. */
  #keeping = false
  #live = false
  #full = false
  #present = false
  /** False while it is being stored how far the cursor says that this person has come. */
  #marked = true
  #ready = false
  #ended = false
  /** The newest direct message to this person that was written here and not yet marked as reached. */
  #owes = 0

  constructor({ session, presence, wire }: StreamRequest, around: Surroundings) {
    this.session = session
    this.account = session.account.id
    this.#wire = wire
    this.#around = around
    this.#waits = new Waits(around.retryMs)
    this.#standing = new Standing(around.tail)
    this.#wantsPresence = presence === 'full'
  }

  /** Begins to read from the cursor; the rest happens by itself. */
  start(cursor: Cursor | null): void {
    this.#wire.listen({
      drained: () => {
        this.#full = false
        this.#waits.wake()
      },
      closed: () => {
        this.#finish()
        this.#around.onClosed(this)
      },
    })
    this.#wire.begin()
    this.#around.presence.enter(this.session).then(() => {
      this.#present = true
      this.#becomeReady()
    })
    this.#run(() => (cursor === null ? this.#beginWithKept() : this.#beginAt(cursor)))
  }

  /** Writes what one commit brought to a live stream. */
  deliver(stretches: readonly Stretch[]): void {
    for (const { block, lastId } of stretches) {
      if (this.#write(block)) continue
      this.#fallBehind(lastId)
      return
    }
  }

  /** Where a live stream may be written to past `deliver`; what it has no more room for is told to `filled`. */
  get outlet(): Outlet | undefined {
    return this.#ready ? this.#wire.outlet : undefined
  }

  /** A block that ends with this id was written past `deliver` and has filled the socket. */
  filled(lastId: number): void {
    this.#wire.filled()
    this.#fallBehind(lastId)
  }

  /** The log is about to turn: what was delivered is as far as this stream has come on it. */
  turn(): void {
    this.#live = false
    this.#standing.id = this.#around.tail.head
    this.#around.onBehind(this)
    this.#run(async () => {})
  }

  /** Notes that a direct message to this person was written here. */
  owe(id: number): void {
    this.#owes = Math.max(this.#owes, id)
  }

  /** At a heartbeat: what the kernel has taken since the last one has reached its person. */
  noteReached(): void {
    const cursor = this.#live ? this.#around.tail.head : this.#standing.id
    if (this.#owes === 0 || this.#owes > cursor || !this.#wire.empty) return
    this.#around.marks.note(this.account, this.#owes)
    this.#owes = 0
  }

  /** Writes a heartbeat; `atHead` is the one that all live streams share. */
  beat(atHead: Block): void {
    if (this.#full) return
    this.noteReached()
    this.#send(this.#live ? atHead : heartbeatEvent(this.#id))
  }

  tell(block: Block): boolean {
    if (!this.#live) return false
    this.#send(block)
    return true
  }

  /** Says why and ends the stream. */
  end(reason: ByeReason, retryMs?: number): void {
    if (this.#ended) return
    // Where this is the first event of all, it says what the first event says.
    this.#wire.end(byeEvent(reason, retryMs ?? (this.#begun ? undefined : usualRetryMs)))
    this.#finish()
  }

  /** Cuts the connection. */
  destroy(): void {
    this.#wire.destroy()
    this.#finish()
  }

  get isLive(): boolean {
    return this.#live
  }

  get #id(): string | undefined {
    return this.#placed ? this.#standing.text : undefined
  }

  #finish(): void {
    if (this.#ended) return
    this.#ended = true
    this.#live = false
    this.#waits.end()
    this.#around.feed.remove(this)
    this.#around.onEnded(this)
  }

  /** Direct messages that were kept for this person, then the head. */
  async #beginWithKept(): Promise<void> {
    const { tail } = this.#around
    const { turns } = tail
    this.#keeping = true
    const { after, upTo, extent } = tail.nothingWaits(this.account) ?? (await this.#askUnreached())
    this.#standing.standAt(after, extent, turns)
    let end = upTo
    while (this.#standing.id < end && !this.#ended) {
      const from = this.#standing.id
      const portion = await this.#waits.patiently(() => tail.readKept(from, end, this.account))
      if (this.#standing.differsFrom(portion)) end = Math.min(end, await this.#placeKept())
      else this.#writePortion(portion)
      if (this.#full) await this.#waits.next()
    }
    this.#keeping = false
    this.#placed = true
  }

  async #askUnreached(): Promise<Unreached> {
    const { tail, marks } = this.#around
    await marks.settled()
    return this.#waits.patiently(() => tail.unreached(this.account))
  }

  /**
   * The log has turned while kept messages were written. Where some of these are void, the stream
   * goes on from the fork as one with a cursor: nothing more is kept for it.
   *
   * @returns the last id up to which messages are still kept for it
   */
  async #placeKept(): Promise<number> {
    const placement = await this.#placeAgain()
    return placement?.reset === null ? placement.extent.head : this.#standing.id
  }

  async #beginAt(cursor: Cursor): Promise<void> {
    const { position } = await this.#place(cursor)
    this.#marked = false
    this.#around.marks.note(this.account, position).then(() => {
      this.#marked = true
      this.#becomeReady()
    })
    this.#placed = true
  }

  /** @returns where it stands, with the reset that its reader was told */
  async #place(cursor: Cursor): Promise<Placement> {
    const { tail } = this.#around
    const { turns } = tail
    const { position, extent, ...found } = await this.#waits.patiently(() => tail.place(cursor))
    // A reader without a cursor holds nothing beyond it.
    const isTold = !(this.#keeping && found.reset?.reason === 'new-epoch')
    const reset = isTold ? found.reset : null
    if (reset) {
      this.#send(resetEvent(reset, extent))
      this.#owes = Math.min(this.#owes, position)
    }
    this.#standing.standAt(position, extent, turns)
    return { position, extent, reset }
  }

  /** Reads on until the stream is at the head and its socket takes more, then goes live. */
  async #readOn(): Promise<void> {
    const { tail } = this.#around
    while (!this.#ended) {
      const cursor = this.#standing.id
      if (this.#full) await this.#waits.next()
      else if (this.#standing.turned) await this.#placeAgain()
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
    if (!(await this.#waits.patiently(() => stands(this.session)))) {
      presence.over(this.session.id)
      this.end('logged-out')
      return undefined
    }
    const placement = await this.#place(this.#standing.cursor)
    if (!this.#ended && this.#standing.ahead) await tail.moved()
    return placement
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
    const portion = await this.#waits.patiently(() => tail.read(cursor, this.account))
    const { extent } = portion
    const from = extent.oldest - 1
    if (this.#standing.differsFrom(portion)) {
      // The turn is told here in a moment, if it was not yet.
      if (extent.epoch > tail.epoch) await tail.moved()
    } else if (cursor < from) {
      this.#send(resetEvent({ reason: 'trimmed', from }, extent))
      this.#standing.id = from
    } else this.#writePortion(portion)
  }

  /** Writes as much as the socket takes and moves the cursor over it. */
  #writePortion(portion: Portion): void {
    const { frames, covered } = portion
    for (const frame of frames) if (frame.to === this.account) this.owe(frame.id)
    for (const { block, lastId } of this.#around.tail.packed(portion)) {
      this.#send(block)
      this.#standing.id = lastId
      // The rest is read again later: a reader that stalls holds no more than one block.
      if (this.#full) return
    }
    this.#standing.id = covered
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
    this.#standing.id = cursor
    this.#around.onBehind(this)
    this.#run(async () => {})
  }

  #becomeReady(): void {
    if (this.#ready || !this.#present || !this.#marked || !this.#live) return
    this.#ready = true
    const { tail, presence, feed } = this.#around
    const online = this.#wantsPresence ? namesToTell(presence) : undefined
    const { username } = this.session.account
    this.#send(readyEvent(username, tail, online, presence.count))
    if (this.#wantsPresence) feed.add(this)
    if (this.#live) this.#around.onLive(this)
  }

  #send(event: Block | string): void {
    // What was asked of the store before the end may be answered after it.
    if (this.#ended || this.#write(event)) return
    if (this.#live) this.#fallBehind(this.#around.tail.head)
    else this.#full = true
  }

  #write(event: Block | string): boolean {
    if (!this.#begun) {
      this.#begun = true
      this.#wire.hold(preamble)
    }
    return this.#wire.write(event)
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
}
