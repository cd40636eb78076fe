/**
 * What the domain needs kept: one interface, implemented by `sqlite/` (embedded, one process) and
 * made so that a shared database can implement it for many nodes.
 *
 * Everything said goes into one log, whose ids are 1, 2, 3, … without gaps in commit order.
 * Times are Unix milliseconds by the store's own clock. Ids are whole numbers from 1.
 */
export interface Store {
  /**
   * Appends a batch in one transaction, durable when the promise resolves.
   *
   * For each draft in order: its session is alive, its idempotency key is new, its recipient
   * exists, its recipient is online (unless kept), then it gets the next id. A draft that fails
   * one of these is an outcome, never an error, and does not touch its neighbours.
   * The same batch id again gives the same outcomes and appends nothing.
   *
   * @throws {Unavailable} certainly nothing of the batch was stored
   * @throws {OutcomeUnknown} the batch may have been stored: ask again with the same batch id
   */
  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]>

  /** What an account's idempotency key of the last 24 hours stands for. */
  findByIdempotencyKey(
    account: number,
    key: string,
  ): Promise<{ digest: string; entry: Entry } | undefined>

  /** The log as it stands now. */
  bounds(): Promise<LogBounds>

  /**
   * What `viewer` may see after an id, in order, bounded by what is scanned: 1,000 ids and 256 KiB
   * of text (at least one entry, whatever its size).
   */
  read(after: number, viewer: number): Promise<Scan>

  /** The direct messages to `viewer` with ids in (after, upTo], bounded by 256 KiB of text. */
  readUndelivered(after: number, upTo: number, viewer: number): Promise<Scan>

  /**
   * Where the direct messages begin that none of the viewer's streams has reached: those with ids
   * in (after, upTo], the newest 200 of them. `after === upTo` when there are none.
   */
  undelivered(viewer: number): Promise<Undelivered>

  /** The same at once, where it is known without a question that there are none. */
  hasNothingUndelivered?(viewer: number): Undelivered | undefined

  /**
   * Notes how far people's streams have come in the log of an epoch; a mark never goes back. Where
   * the log is of another epoch by now they are void, and change nothing.
   */
  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void>

  /** Where a cursor stands on the log as it is now. */
  resolveCursor(cursor: Cursor): Promise<CursorResolution>

  /** A page of the history that `viewer` may see, ascending. */
  page(viewer: number, range: PageRange): Promise<Page>

  /** One entry, or undefined where there is none or the viewer may not see it. */
  entry(id: number, viewer: number): Promise<Entry | undefined>

  /**
   * Creates an account and its first session in one transaction, unless its key or one of its
   * skeletons is taken.
   */
  register(account: NewAccount, ttlMs: number): Promise<Session | 'taken'>

  /** Whether an account has one of these skeletons. */
  skeletonsTaken(skeletons: readonly string[]): Promise<boolean>

  /** The account of a username key, with its password hash. */
  credentials(key: string): Promise<Credentials | undefined>

  /**
   * Opens a session for an account. Its times are whole seconds. An account has 100 at most: past
   * that the oldest that is not present ends, and where all are present the oldest of all.
   */
  openSession(account: number, ttlMs: number): Promise<Session>

  /** A session that is alive: neither ended nor past its end. */
  session(id: number): Promise<Session | undefined>

  /** Of the sessions that are alive those that end last, at most so many. */
  newestSessions(limit: number): Promise<readonly Session[]>

  /** Ends a session and its presence. False where it was no longer alive. */
  endSession(id: number): Promise<boolean>

  /** Every session that is present. */
  presentSessions(): Promise<PresentSession[]>

  /**
   * Sessions become present, or no longer are, in one transaction. Entering again changes nothing;
   * a session that has ended does not enter.
   */
  changePresence(change: PresenceChange): Promise<void>

  /**
   * One small step of housekeeping: drops at most 1,000 entries sent before `before` (those before
   * the first that was not, never the newest entry), idempotency keys older than 24 hours, sessions
   * past their end. `more` says that another step would find work.
   *
   * @param before Unix milliseconds; undefined keeps every entry
   */
  deleteExpired(before: number | undefined): Promise<{ more: boolean; bounds: LogBounds }>

  /**
   * Whether `deleteExpired` with this `before` would drop more than a tenth of the log in the end, which
   * may be a clock that is wrong.
   *
   * @param before Unix milliseconds
   */
  wouldDeleteOverTenth(before: number): Promise<boolean>

  /**
   * Hears everything that becomes true in the store, whoever did it, in order and after its
   * commit, before the call that did it resolves. One follower.
   */
  subscribe(listener: StoreListener): void

  /**
   * Whether this node has heard all that another node did a second ago.
   * Always so where one process is all there is.
   */
  readonly isUpToDate: boolean

  /** The store's clock as it is known here: what sessions end by. Unix ms. */
  now(): number

  /** Counts that all nodes share; undefined where one process is all there is. */
  readonly counts?: SharedCounts

  /** The key that signs tokens: made once, kept where the log is. 32 bytes or more. */
  signingKey(): Promise<Uint8Array>

  /** Resolves when the store can read and write. @throws {Unavailable} */
  ping(): Promise<void>

  /** What the database takes on the disk; undefined where that is not this machine's. */
  size(): Promise<DatabaseSize | undefined>

  /** Finishes what is under way and lets go of files, threads and connections. */
  close(): Promise<void>
}

/** Direct messages that none of a person's streams has reached: those with ids in (after, upTo]. */
export interface Undelivered {
  after: number
  upTo: number
  bounds: LogBounds
}

/** How far a person's streams have come. */
export interface DeliveryReceipt {
  account: number
  id: number
}

/** A person as the log names them. `id` is the account's. */
export interface Person {
  id: number
  /** As typed at registration. */
  username: string
}

export interface Account extends Person {
  createdAt: number
}

export interface NewAccount {
  username: string
  /** The folded form that is unique; see names/name-forms.ts. */
  key: string
  /** What the name looks like: one or two, no two the same. Each is unique among all accounts. */
  skeletons: readonly string[]
  /** A PHC string. */
  passwordHash: string
}

export interface Credentials {
  account: Account
  passwordHash: string
}

export interface Session {
  id: number
  account: Account
  createdAt: number
  expiresAt: number
}

/** One thing that was said. `to` is null for a broadcast. */
export interface Entry {
  /** The order of the log. */
  id: number
  from: Person
  to: Person | null
  text: string
  /** What the store's clock said; where the clock was set back, less than that of the entry before. */
  sentAt: number
}

/** What is to be appended. */
export interface Draft {
  /** The session that speaks; the sender is its account. */
  session: number
  /** Null for a broadcast. */
  to: { key: string; whenOffline: 'reject' | 'keep' } | null
  text: string
  /** `digest` stands for the whole content: two drafts with one key must have one digest. */
  idempotency: { key: string; digest: string } | null
}

export type Outcome =
  | { kind: 'appended'; entry: Entry }
  /** The key was known and its content the same: the first entry. */
  | { kind: 'replayed'; entry: Entry }
  | { kind: 'key-reused' }
  | { kind: 'session-ended' }
  | { kind: 'unknown-recipient' }
  | { kind: 'recipient-offline' }

/** The log's edges. An empty log has `oldest = head + 1`. */
export interface LogBounds {
  /** 8 base-36 digits that name the log as it stands. */
  epoch: string
  oldest: number
  head: number
}

export interface Cursor {
  id: number
  /** Null for a bare id, which is taken as of the current epoch. */
  epoch: string | null
}

export interface CursorResolution {
  bounds: LogBounds
  /** The id after which to read on. */
  position: number
  /** Null where the cursor is good and of the current epoch. */
  reset: { reason: 'trimmed' | 'ahead' | 'rewound' | 'new-epoch'; from: number } | null
}

export interface Scan {
  /** The log's edges in the snapshot that was read: `oldest > after + 1` means something is gone. */
  bounds: LogBounds
  entries: Entry[]
  /** Everything visible up to this id is in `entries`. */
  scannedTo: number
}

export interface PageRange {
  /** The oldest entries after an id. */
  after?: number
  /** The newest entries before an id; without either, the newest of all. */
  before?: number
  /** 1 to 200. */
  limit: number
  /** Only the direct conversation with this account. */
  withAccount?: number
}

export interface Page {
  bounds: LogBounds
  entries: Entry[]
  /** More exist in the direction of the page: newer with `after`, else older. */
  more: boolean
}

/** In bytes. */
export interface DatabaseSize {
  bytes: number
  /** Of these, what dropped rows have left, which new ones will take. */
  reusableBytes: number
}

/** A session that is present. A person is online while at least one of their sessions is. */
export interface PresentSession {
  session: number
  person: Person
  since: number
}

export interface PresenceChange {
  /** As they were when they were alive, for nothing of a session ever changes but that it ends. */
  enter: readonly Session[]
  leave: readonly number[]
}

/** Who is told what becomes true in the store. */
export interface StoreListener {
  updated(update: StoreUpdate): void
  /**
   * The log has another epoch than before: it may have gone back, so every cursor on it must be
   * placed anew. Updates go on from this bounds's head.
   */
  diverged(bounds: LogBounds): void
  /** The store has not been reached for ten seconds: what is known of it may no longer be so. */
  disconnected(): void
  /** It is reached again, and all updates since have been told. */
  reconnected(): void
}

/** Counts of what may happen so often in a time, by key. */
export interface SharedCounts {
  /**
   * Adds one to the key's count, unless it is at the limit. The count falls to nothing `windowMs`
   * after its first one. @throws {Unavailable}
   */
  increment(
    key: string,
    allowance: { limit: number; windowMs: number },
  ): Promise<{ counted: true } | { counted: false; retryAfterMs: number }>
  /** Takes one back. @throws {Unavailable} */
  decrement(key: string): Promise<void>
}

export interface StoreUpdate {
  bounds: LogBounds
  /** Contiguous, beginning after the last update's head. */
  entries: Entry[]
  /** Sessions that were ended. */
  ended: number[]
  entered: PresentSession[]
  /** Sessions that are no longer present. */
  left: number[]
}

/** The store cannot be reached or cannot write: what was asked was certainly not done. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** The answer to a write was lost: it may have been done. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
  /** Asking again cannot help: this store is gone for good. */
  readonly final: boolean

  constructor(
    message: string,
    { final = false, cause }: { final?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.final = final
  }
}
