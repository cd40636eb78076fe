import type { ConversationKey, ConversationRefusal, TypingSignal } from '../conversation-store.ts'
import type { Cursor, CursorResolution, LogBounds } from '../message-log.ts'
import type { Person } from '../person.ts'
import type { Undelivered } from '../receipt-store.ts'
import type { Memberships } from '../room-store.ts'
import type { Session } from '../session-store.ts'
import type { StoreUpdate } from '../store.ts'
import type { Unavailable } from '../store-errors.ts'
import { BlockQueries } from './blocks.ts'
import { classifyReadError } from './classify-error.ts'
import { type Connection, connect } from './connection.ts'
import { ConversationQueries } from './conversations/conversation-queries.ts'
import { FullyDeliveredAccounts } from './fully-delivered-accounts.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { CursorResolver } from './log/resolve-cursor.ts'
import { queriesOf } from './queries-of.ts'
import { ReceiptQueries } from './receipts.ts'
import { MembershipQueries } from './rooms/memberships.ts'
import { SessionQueries } from './sessions.ts'
import { Restrictions } from './staff/restrictions.ts'
import { TokenQueries } from './tokens.ts'

/**
 * The reads that a request or a stream needs before it can begin. They take a few pages, which is less
 * time than waking a thread and getting its answer, so they run on the event loop.
 *
 * The reads of one turn of the event loop share a snapshot, since beginning and ending one costs as
 * much as most of them. It ends early when a thread answers: later reads must see the commits before
 * that answer.
 */
export class MainThreadReads {
  readonly #connection: Connection
  readonly #now: () => number
  readonly #begin
  readonly #end
  readonly #boundsQuery
  readonly #sessions
  readonly #tokens
  readonly #receipts
  readonly #cursors
  readonly #fullyDelivered
  readonly #memberships
  readonly #conversations
  readonly #mutes
  readonly #blocks
  #closedError: Unavailable | undefined
  #publishedBounds: LogBounds
  /** The log's edges in the open snapshot, once they were read. */
  #snapshotBounds: LogBounds | undefined

  /** @param now Unix milliseconds */
  constructor(database: string, now: () => number) {
    const connection = connect(database, { readonly: true })
    this.#connection = connection
    this.#now = now
    this.#begin = connection.prepare('BEGIN')
    this.#end = connection.prepare('COMMIT')
    this.#boundsQuery = queriesOf(LogBoundsQuery, connection)
    this.#sessions = queriesOf(SessionQueries, connection)
    this.#tokens = queriesOf(TokenQueries, connection)
    this.#receipts = queriesOf(ReceiptQueries, connection)
    this.#cursors = queriesOf(CursorResolver, connection)
    this.#fullyDelivered = new FullyDeliveredAccounts(connection, now())
    this.#memberships = new MembershipQueries(connection)
    this.#conversations = queriesOf(ConversationQueries, connection)
    this.#mutes = new Restrictions(connection, 'mutes')
    this.#blocks = queriesOf(BlockQueries, connection)
    this.#publishedBounds = this.#boundsQuery.read()
  }

  /** Takes updates in the order of their commits. */
  applyUpdate(update: StoreUpdate): void {
    this.#fullyDelivered.applyUpdate(update)
    this.#memberships.applyUpdate(update)
    this.#publishedBounds = update.bounds
  }

  /** Of the last update: a read can be ahead of it. */
  get publishedBounds(): LogBounds {
    return this.#publishedBounds
  }

  async findSession(id: number): Promise<Session | undefined> {
    return this.#read(() => this.#sessions.alive(id, this.#now()))
  }

  async findToken(hash: string): Promise<number | undefined> {
    return this.#read(() => this.#tokens.find(hash, this.#now()))
  }

  /** Not in the reader's thread, which would have to copy them all. */
  async newestSessions(limit: number): Promise<Session[]> {
    return this.#read(() => this.#sessions.newest(limit, this.#now()))
  }

  async undelivered(viewer: number): Promise<Undelivered> {
    const known = this.#closedError ? undefined : this.#fullyDelivered.undelivered(viewer)
    return known ?? this.#read(() => this.#receipts.range(viewer, this.#readSnapshotBounds()))
  }

  async memberships(account: number): Promise<Memberships> {
    const known = this.#closedError ? undefined : this.#memberships.ofNone(account)
    return known ?? this.#read(() => this.#memberships.of(account, this.#readSnapshotBounds().head))
  }

  /** What is told of someone who is typing, unless they may not. */
  async typing(
    by: Person,
    key: ConversationKey,
  ): Promise<TypingSignal | ConversationRefusal | 'muted' | 'not-accepted'> {
    return this.#read(() => {
      const located = this.#conversations.locate(by, key)
      if (typeof located === 'string') return located
      if (this.#mutes.has(by.id, this.#now())) return 'muted'
      const { ref } = located
      if (ref.type === 'direct' && this.#blocks.has(ref.with.id, by.id)) return 'not-accepted'
      return { by, ref }
    })
  }

  async resolveCursor(cursor: Cursor): Promise<CursorResolution> {
    return this.#read(() => this.#cursors.resolve(cursor, this.#readSnapshotBounds()))
  }

  async ping(): Promise<void> {
    this.#read(() => this.#readSnapshotBounds())
  }

  /** Later reads see a new snapshot. */
  endSnapshot(): void {
    this.#snapshotBounds = undefined
    // Some failures, and closing, have ended the transaction already. Ending one that only read
    // cannot fail.
    if (this.#connection.inTransaction) this.#end.run()
  }

  /** Later reads reject with `reason`. */
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
        setImmediate(() => this.endSnapshot())
      }
      return work()
    } catch (error) {
      this.endSnapshot()
      throw classifyReadError(error)
    }
  }
}
