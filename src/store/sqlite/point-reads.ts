import type { Cursor, Extent, News, Placement, Session, Unavailable, Unreached } from '../store.ts'
import { type Connection, connect } from './connection.ts'
import { readFailure } from './failure.ts'
import { LogExtent } from './log/extent.ts'
import { LogPlaces } from './log/place.ts'
import { LogReader } from './log/read.ts'
import { NothingWaits } from './nothing-waits.ts'
import { Sessions } from './sessions.ts'

/**
 * What a request or a stream asks before it can begin. A few pages of the database answer it, in
 * less time than it takes to wake a thread and to hear from it, so it is asked on the event loop.
 *
 * What is asked within one turn of the event loop sees one snapshot, for to begin and to end one costs
 * as much as most questions, unless a thread answers meanwhile: nobody who has been told of something
 * is answered by what was there before.
 */
export class PointReads {
  readonly #connection: Connection
  readonly #now: () => number
  readonly #begin
  readonly #end
  readonly #extent
  readonly #sessions
  readonly #log
  readonly #places
  readonly #nothingWaits
  #refusal: Unavailable | undefined
  /** The log's edges in the snapshot that is open, once somebody has asked for them. */
  #edges: Extent | undefined

  /** @param now Unix milliseconds */
  constructor(database: string, now: () => number) {
    const connection = connect(database, { readonly: true })
    this.#connection = connection
    this.#now = now
    this.#begin = connection.prepare('BEGIN')
    this.#end = connection.prepare('COMMIT')
    this.#extent = new LogExtent(connection)
    this.#sessions = new Sessions(connection)
    this.#log = new LogReader(connection)
    this.#places = new LogPlaces(connection)
    this.#nothingWaits = new NothingWaits(connection, now())
  }

  /** A thread has answered: what is asked from now on sees all that its answer may tell. */
  renew(): void {
    this.#endSnapshot()
  }

  /** What has become true, in the order of the commits. */
  follow(news: News): void {
    this.#nothingWaits.follow(news)
  }

  async session(id: number): Promise<Session | undefined> {
    return this.#read(() => this.#sessions.alive(id, this.#now()))
  }

  /** Here, for all that the thread of the reads would answer would have to be copied. */
  async newestSessions(limit: number): Promise<Session[]> {
    return this.#read(() => this.#sessions.newest(limit, this.#now()))
  }

  async unreached(viewer: number): Promise<Unreached> {
    return this.#read(() => this.#log.unreached(viewer, this.#extentOfSnapshot()))
  }

  nothingWaits(viewer: number): Unreached | undefined {
    return this.#refusal ? undefined : this.#nothingWaits.unreached(viewer)
  }

  async place(cursor: Cursor): Promise<Placement> {
    return this.#read(() => this.#places.place(cursor, this.#extentOfSnapshot()))
  }

  /** Rejects where the log's edges cannot be read. */
  async ping(): Promise<void> {
    this.#read(() => this.#extentOfSnapshot())
  }

  /** From now on nothing is answered. */
  close(reason: Unavailable): void {
    if (this.#refusal) return
    this.#refusal = reason
    this.#connection.close()
  }

  #extentOfSnapshot(): Extent {
    this.#edges ??= this.#extent.now()
    return this.#edges
  }

  #read<Result>(work: () => Result): Result {
    if (this.#refusal) throw this.#refusal
    try {
      if (!this.#connection.inTransaction) {
        this.#begin.run()
        setImmediate(() => this.#endSnapshot())
      }
      return work()
    } catch (error) {
      this.#endSnapshot()
      throw readFailure(error)
    }
  }

  /** Some failures, and closing, have ended it already; to end one that only read cannot fail. */
  #endSnapshot(): void {
    this.#edges = undefined
    if (this.#connection.inTransaction) this.#end.run()
  }
}
