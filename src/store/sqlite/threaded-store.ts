import {
  type Cursor,
  type Draft,
  type Entry,
  type Follower,
  type Mark,
  type NewAccount,
  type Outcome,
  type PageRange,
  type PresenceChange,
  type Session,
  type Store,
  Unavailable,
} from '../store.ts'
import { Channel } from './channel.ts'
import { PointReads } from './point-reads.ts'
import { presentSessions } from './presence.ts'
import type { Reader } from './reader.ts'
import type { Done, Writer } from './writer.ts'

export interface Parts {
  /** The module of both threads. */
  module: URL
  /** A database that is prepared: migrated, its epoch begun. */
  database: string
  now: (() => number) | undefined
  maxPages: number | undefined
  onFatal: (error: Error) => void
  signingKey: () => Uint8Array
  /** Lets go of the data folder. */
  release: () => void
}

/**
 * The store on SQLite: what writes or reads much goes to two threads, and news comes back from the
 * writer's.
 */
export class ThreadedStore implements Store {
  readonly #writer: Channel<Writer>
  readonly #reader: Channel<Reader>
  readonly #points: PointReads
  readonly #parts: Parts
  /** One process is all there is: nothing happens that is not told. */
  readonly current = true
  #follower: Follower | undefined
  #dead = false

  constructor(parts: Parts) {
    const { module, database: file, now, maxPages } = parts
    this.#parts = parts
    this.#points = new PointReads(file, () => this.now())
    const common = {
      module,
      now,
      onAnswers: () => this.#points.renew(),
      onDead: (error: Error) => this.#die(error),
    }
    this.#writer = new Channel({ ...common, data: { role: 'writer', file, maxPages } })
    this.#reader = new Channel({ ...common, data: { role: 'reader', file, maxPages } })
  }

  append(batch: readonly Draft[], ticket: string): Promise<Outcome[]> {
    return this.#told(this.#writer.call('append', batch, ticket))
  }

  markReached(marks: readonly Mark[], epoch: string): Promise<void> {
    return this.#told(this.#writer.call('markReached', marks, epoch))
  }

  register(account: NewAccount, ttlMs: number): Promise<Session | 'taken'> {
    return this.#told(this.#writer.call('register', account, ttlMs))
  }

  openSession(account: number, ttlMs: number): Promise<Session> {
    return this.#told(this.#writer.call('openSession', account, ttlMs))
  }

  endSession(id: number): Promise<boolean> {
    return this.#told(this.#writer.call('endSession', id))
  }

  changePresence(change: PresenceChange): Promise<void> {
    const written = this.#writer.call(
      'changePresence',
      change.enter.map(({ id }) => id),
      change.leave,
    )
    return this.#told(written, change.enter)
  }

  sweep(before: number | undefined) {
    return this.#told(this.#writer.call('sweep', before))
  }

  dropsOverTenth(before: number) {
    return this.#reader.call('dropsOverTenth', before)
  }

  now(): number {
    return (this.#parts.now ?? Date.now)()
  }

  extent() {
    return this.#reader.call('extent')
  }

  read(after: number, viewer: number) {
    return this.#reader.call('read', after, viewer)
  }

  readKept(after: number, upTo: number, viewer: number) {
    return this.#reader.call('readKept', after, upTo, viewer)
  }

  unreached(viewer: number) {
    return this.#points.unreached(viewer)
  }

  nothingWaits(viewer: number) {
    return this.#points.nothingWaits(viewer)
  }

  place(cursor: Cursor) {
    return this.#points.place(cursor)
  }

  page(viewer: number, range: PageRange) {
    return this.#reader.call('page', viewer, range)
  }

  entry(id: number, viewer: number): Promise<Entry | undefined> {
    return this.#reader.call('entry', id, viewer)
  }

  keyed(account: number, key: string) {
    return this.#reader.call('keyed', account, key)
  }

  credentials(key: string) {
    return this.#reader.call('credentials', key)
  }

  skeletonsTaken(skeletons: readonly string[]) {
    return this.#reader.call('skeletonsTaken', skeletons)
  }

  session(id: number) {
    return this.#points.session(id)
  }

  newestSessions(limit: number) {
    return this.#points.newestSessions(limit)
  }

  present() {
    return this.#reader.call('present')
  }

  follow(follower: Follower): void {
    this.#follower = follower
  }

  async signingKey(): Promise<Uint8Array> {
    return this.#parts.signingKey()
  }

  size() {
    return this.#reader.call('size')
  }

  async ping(): Promise<void> {
    await Promise.all([this.#points.ping(), this.#writer.call('ping'), this.#reader.call('ping')])
  }

  async close(): Promise<void> {
    // The last connection folds the write-ahead log into the database, which takes a writer.
    this.#points.close(new Unavailable('The store is closed'))
    await this.#reader.close()
    await this.#writer.close()
    this.#parts.release()
  }

  /**
   * Replies arrive in the order of their commits, so news is told in that order.
   *
   * @param entering who was told to enter
   */
  async #told<Value>(
    written: Promise<Done<Value>>,
    entering: readonly Session[] = [],
  ): Promise<Value> {
    const { value, news: sent } = await written
    if (sent) {
      const news = { ...sent, entered: sent.entered ? presentSessions(sent.entered, entering) : [] }
      this.#points.follow(news)
      this.#follower?.news(news)
    }
    return value
  }

  #die(error: Error): void {
    if (this.#dead) return
    this.#dead = true
    this.#points.close(new Unavailable(error.message, { cause: error }))
    this.#writer.abandon(error)
    this.#reader.abandon(error)
    this.#parts.onFatal(error)
  }
}
