import { setTimeout as delay } from 'node:timers/promises'
import type { Entry, Extent, Follower, PresentSession } from '../store.ts'
import { Unavailable } from '../store.ts'
import type { Connection } from './connection.ts'
import { Contact } from './contact.ts'
import { beginEpoch } from './epochs.ts'
import { failureOf } from './failure.ts'
import { Gathering } from './gathering.ts'
import { look, type Reaper } from './look.ts'
import type { Node } from './node.ts'
import type { Pool } from './pool.ts'
import { Ring } from './ring.ts'
import { Told } from './told.ts'

/** What failed is tried again: by the next look, or by a timer. */
const triedAgain = () => {}

export interface LookoutOptions {
  leaseMs: number
  graceMs: number
  answerMs: number
  lookEveryMs: number
  lookDeafMs: number
  ringMs: number
  currentMs: number
  lostMs: number
  onDeaf: () => void
}

/**
 * Follows what happens in the database, whoever does it, and tells the follower, each thing once
 * and in order. It looks when rung, after each write of its own, and at least every so often; rings
 * that come shortly after one another are answered by one look. A look that fails is followed by
 * another, and none waits for what goes through the pool.
 */
export class Lookout {
  readonly #pool: Pool
  readonly #node: Node
  readonly #options: LookoutOptions
  readonly #told = new Told()
  readonly #contact: Contact
  readonly #ring: Ring
  readonly #gathering = new Gathering(() => this.#lookSoon())
  #follower: Follower | undefined
  #line: Connection | undefined
  #current: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #renewal: NodeJS.Timeout | undefined
  /** Whether the lease could not be renewed when that was last tried. */
  #lapsing = false
  /** Whether there was a gap and the lease has not been renewed since. */
  #away = false
  #reaping: Promise<void> | undefined
  /** By how much the database's clock is ahead of `performance.now()`, in ms. */
  #ahead = performance.timeOrigin
  /** Own appends under way, and the newest head that was rung meanwhile. */
  #appending = 0
  #rung = 0
  #closed = false

  constructor(pool: Pool, node: Node, options: LookoutOptions) {
    this.#pool = pool
    this.#node = node
    this.#options = options
    this.#contact = new Contact({
      currentMs: options.currentMs,
      gapMs: options.leaseMs / 3,
      lostMs: options.lostMs,
      onLost: () => this.#follower?.lost(),
      onFound: () => this.#follower?.found(),
    })
    this.#ring = new Ring({ ringMs: options.ringMs, onDeaf: options.onDeaf })
  }

  /**
   * Looks for the first time.
   *
   * @param prepare makes the database ready for it
   * @throws what kept it from that
   */
  async start(prepare: (line: Connection) => Promise<void>): Promise<void> {
    this.#line = await this.#pool.open((payload) => this.#onRing(payload))
    await prepare(this.#line)
    await this.#listen(this.#line)
    await this.look()
    await this.#renew()
  }

  follow(follower: Follower): void {
    this.#follower = follower
  }

  get current(): boolean {
    return this.#contact.current
  }

  /** How long nothing has been reached, in ms. */
  get silentMs(): number {
    return this.#contact.silentMs
  }

  /** The database's time, in Unix ms. */
  get now(): number {
    return Math.floor(this.#ahead + performance.now())
  }

  /** After a renewal that failed, only one that works proves that writing works again. */
  async proveWriting(): Promise<void> {
    if (this.#lapsing) await this.#renew()
  }

  /** Those who are present, as told. */
  async present(): Promise<PresentSession[]> {
    await this.look()
    return this.#told.present()
  }

  /** An append of this node is under way: it tells of itself, a ring before that says nothing new. */
  async appending<Result extends { outcomes: readonly { kind: string }[] }>(
    append: () => Promise<Result>,
    entriesOf: (result: Result) => { entries: Entry[]; epoch: string },
  ): Promise<Result> {
    this.#appending += 1
    try {
      const result = await append()
      const { entries, epoch } = entriesOf(result)
      if (entries.length > 0) await this.#appended(entries, epoch)
      return result
    } finally {
      this.#appending -= 1
      if (this.#rung > this.#told.extent.head) this.#gathering.ask()
    }
  }

  /** Resolves once nothing of what was read is yet to be told. @throws {Unavailable} */
  async upTo<Read extends { extent: Extent }>(reading: Promise<Read>): Promise<Read> {
    const read = await reading
    if (!this.#told.covers(read.extent)) await this.lookInTime()
    return read
  }

  /** As `look`, bounded. @throws {Unavailable} */
  async lookInTime(): Promise<void> {
    const late = new AbortController()
    const { answerMs } = this.#options
    try {
      await Promise.race([
        this.look(),
        delay(answerMs, undefined, { signal: late.signal }).then(() => {
          throw new Unavailable('There is too much news to be told in time')
        }),
      ])
    } finally {
      late.abort()
    }
  }

  /** Resolves when all that happened before this call is told. @throws {Unavailable} */
  look(): Promise<void> {
    this.#next ??= this.#afterCurrent()
    return this.#next
  }

  /** Tells no more. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#renewal)
    // It is refused, after those that were asked for before.
    await this.look().catch(triedAgain)
    this.#contact.close()
    this.#ring.close()
    await this.#line?.close()
  }

  async #appended(entries: Entry[], epoch: string): Promise<void> {
    const news = this.#told.append(entries, epoch)
    if (news) this.#tell((follower) => follower.news(news))
    // What is done is done: where it cannot be told now, it will be, in its turn.
    else if (!this.#told.covers({ epoch, oldest: 0, head: (entries.at(-1) as Entry).id }))
      await this.lookInTime().catch(triedAgain)
  }

  async #afterCurrent(): Promise<void> {
    await this.#current.catch(triedAgain)
    this.#next = undefined
    this.#gathering.begun()
    if (this.#closed) throw new Unavailable('The store is closed')
    this.#current = this.#lookUntilTold()
    await this.#current
  }

  async #lookUntilTold(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      while ((await this.#lookOnce()) && !this.#closed);
      if (!this.#away) this.#contact.caughtUp()
    } catch (error) {
      throw failureOf(error, false)
    } finally {
      const { lookEveryMs, lookDeafMs } = this.#options
      if (!this.#closed) {
        this.#timer = setTimeout(() => this.#lookSoon(), this.#ring.deaf ? lookDeafMs : lookEveryMs)
      }
    }
  }

  /** @returns whether another look would find more */
  async #lookOnce(): Promise<boolean> {
    const { leaseMs, graceMs, answerMs } = this.#options
    const line = await this.#openLine()
    const begunAt = performance.now()
    const { seen } = this.#told
    const inTouchMs = this.#lapsing ? 0 : this.#contact.inTouchMs
    const reaper = { node: this.#node.id, inTouchMs, leaseMs, graceMs }
    const found = await line.run((sql) => look(sql, seen, reaper), answerMs)
    if (!found.known) {
      await line.run(beginEpoch, answerMs)
      return true
    }
    // It was told after the question and before the answer: what agrees with both is kept.
    const [least, most] = [found.now - performance.now(), found.now - begunAt]
    this.#ahead = Math.min(Math.max(this.#ahead, least), most)
    const afterGap = this.#contact.made(begunAt)
    const { turned, news, more } = this.#told.take(found, seen)
    if (turned) this.#tell((follower) => follower.turned(turned))
    if (news) {
      this.#node.forget(news.ended)
      this.#tell((follower) => follower.news(news))
    }
    if (afterGap) this.#comeBack()
    else if (found.overdue) this.#reap(reaper)
    return more
  }

  /**
   * What was told is not told again. So an error of the follower is not one of this look, after
   * which there would be another: it is nobody's to catch, and the process ends by it.
   */
  #tell(tell: (follower: Follower) => void): void {
    if (!this.#follower) return
    try {
      tell(this.#follower)
    } catch (error) {
      queueMicrotask(() => {
        throw error
      })
    }
  }

  /** After a gap others may have taken the lease. */
  #comeBack(): void {
    if (this.#away) return
    this.#away = true
    this.#renew().catch(triedAgain)
  }

  /** Takes out the nodes that died. Where that fails, the next look finds them again. */
  #reap({ node, inTouchMs, leaseMs, graceMs }: Reaper): void {
    this.#reaping ??= this.#pool
      .write((sql) => sql`SELECT obrol_reap(${node}, ${inTouchMs}, ${leaseMs}, ${graceMs})`)
      .then(() => this.#lookSoon())
      .catch(triedAgain)
      .finally(() => {
        this.#reaping = undefined
      })
  }

  async #openLine(): Promise<Connection> {
    if (this.#line?.alive) return this.#line
    this.#ring.close()
    const line = await this.#pool.open((payload) => this.#onRing(payload))
    try {
      await this.#listen(line)
    } catch (error) {
      // It would be asked, and never ring.
      await line.close()
      throw error
    }
    this.#line = line
    return line
  }

  async #listen(line: Connection): Promise<void> {
    // A look is asked many times a second: planning it each time would take longer than the look.
    const prepared = 'LISTEN obrol; SET plan_cache_mode = force_generic_plan'
    await line.run((sql) => sql.unsafe(prepared).simple(), this.#options.answerMs)
  }

  #onRing(payload: string): void {
    const head = Number(payload)
    if (payload === this.#node.id) {
      this.#ring.heard()
    } else if (head > 0) {
      this.#rung = head
      // One that comes before the first look is told by it.
      if (this.#appending === 0 && head > this.#told.seen.head) this.#gathering.ask()
    } else if (payload === 'changed') {
      this.#gathering.ask()
    }
  }

  /** A look that fails is made again by the timer. */
  #lookSoon(): void {
    this.look().catch(triedAgain)
  }

  /** Renews the lease, and again and again. @throws {Unavailable | OutcomeUnknown} */
  async #renew(): Promise<void> {
    clearTimeout(this.#renewal)
    const failedBefore = this.#lapsing
    const cameBack = this.#away
    this.#lapsing = true
    try {
      await this.#node.renew(() => {
        if (this.#line?.alive) this.#ring.sent()
      })
      this.#lapsing = false
      // What kept this node from it may have kept the others: they have a whole lease from now on.
      if (failedBefore) this.#contact.beginAnew()
      if (cameBack) {
        this.#away = false
        this.#lookSoon()
      }
    } catch (error) {
      this.#ring.close()
      throw error
    } finally {
      const ms = this.#options.leaseMs / (this.#lapsing ? 12 : 3)
      if (!this.#closed) this.#renewal = setTimeout(() => this.#renew().catch(triedAgain), ms)
    }
  }
}
