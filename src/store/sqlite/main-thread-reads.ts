import type {
  Cursor,
  CursorResolution,
  LogBounds,
  Session,
  StoreUpdate,
  Unavailable,
  Undelivered,
} from '../store.ts'
import { classifyReadError } from './classify-error.ts'
import { type Connection, connect } from './connection.ts'
import { FullyDeliveredAccounts } from './fully-delivered-accounts.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { EntryReader } from './log/read.ts'
import { CursorResolver } from './log/resolve-cursor.ts'
import { Sessions } from './sessions.ts'

/**
 * What a request or a stream asks before it can begin. A few pages of the database answer it, in
 * less time than it takes to wake a thread and to hear from it, so it is asked on the event loop.
 *
 * What is asked within one turn of the event loop sees one snapshot, for to begin and to end one costs
 * as much as most questions, unless a thread answers meanwhile: nobody who has been told of something
 * is answered by what was there before.
 */
export class MainThreadReads {
  readonly #connection: Connection
  readonly #now: () => number
  readonly #begin
  readonly #end
  readonly #boundsQuery
  readonly #sessions
  readonly #entries
  readonly #cursors
  readonly #fullyDelivered
  #closedError: Unavailable | undefined
  /** The log's edges in the snapshot that is open, once somebody has asked for them. */
  #snapshotBounds: LogBounds | undefined

  /** @param now Unix milliseconds */
  constructor(database: string, now: () => number) {
    const connection = connect(database, { readonly: true })
    this.#connection = connection
    this.#now = now
    this.#begin = connection.prepare('BEGIN')
    this.#end = connection.prepare('COMMIT')
    this.#boundsQuery = new LogBoundsQuery(connection)
    this.#sessions = new Sessions(connection)
    this.#entries = new EntryReader(connection)
    this.#cursors = new CursorResolver(connection)
    this.#fullyDelivered = new FullyDeliveredAccounts(connection, now())
  }

  /** A thread has answered: what is asked from now on sees all that its answer may tell. */
  refreshSnapshot(): void {
    this.#endSnapshot()
  }

  /** What has become true, in the order of the commits. */
  applyUpdate(update: StoreUpdate): void {
    this.#fullyDelivered.applyUpdate(update)
  }

  async session(id: number): Promise<Session | undefined> {
    return this.#read(() => this.#sessions.alive(id, this.#now()))
  }

  /** Here, for all that the thread of the reads would answer would have to be copied. */
  async newestSessions(limit: number): Promise<Session[]> {
    return this.#read(() => this.#sessions.newest(limit, this.#now()))
  }

  async undelivered(viewer: number): Promise<Undelivered> {
    return this.#read(() => this.#entries.undelivered(viewer, this.#readSnapshotBounds()))
  }

  hasNothingUndelivered(viewer: number): Undelivered | undefined {
    return this.#closedError ? undefined : this.#fullyDelivered.undelivered(viewer)
  }

  async resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    return this.#read(() => this.#cursors.resolve(cursor, this.#readSnapshotBounds()))
  }

  /** Rejects where the log's edges cannot be read. */
  async ping(): Promise<void> {
    this.#read(() => this.#readSnapshotBounds())
  }

  /** From now on nothing is answered. */
  close(reason: Unavailable): void {
    if (this.#closedError) return
    this.#closedError = reason
    this.#connection.close()
  }

  #readSnapshotBounds(): LogBounds {
    this.#snapshotBounds ??= this.#boundsQuery.read()
    return this.#snapshotBounds
  }

  #read<Result>(work: () => Result): Result {
    if (this.#closedError) throw this.#closedError
    try {
      if (!this.#connection.inTransaction) {
        this.#begin.run()
        setImmediate(() => this.#endSnapshot())
      }
      return work()
    } catch (error) {
      this.#endSnapshot()
      throw classifyReadError(error)
    }
  }

  /** Some failures, and closing, have ended it already; to end one that only read cannot fail. */
  #endSnapshot(): void {
    this.#snapshotBounds = undefined
    if (this.#connection.inTransaction) this.#end.run()
  }
}
