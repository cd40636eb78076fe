/**
 * Everything the server stores. `sqlite/` implements it for one process, `postgres/` for many nodes.
 *
 * All messages go into one log, whose ids are 1, 2, 3, … without gaps in the order of the commits.
 * Times are Unix milliseconds by the store's own clock. Ids are whole numbers from 1.
 */
export interface Store {
  /**
   * Appends a batch in one transaction, durable when the promise resolves.
   *
   * Each draft is checked in this order: its session is alive, its idempotency key is new, its
   * recipient exists, its recipient is online (unless `whenOffline` is `keep`). Then it gets the next
   * id. A failed check gives an outcome, not an error, and does not affect other drafts. A repeated
   * batch id gives the same outcomes and appends nothing.
   *
   * @throws {Unavailable} certainly nothing of the batch was stored
   * @throws {OutcomeUnknown} the batch may have been stored: ask again with the same batch id
   */
  append(batch: readonly Draft[], batchId: string): Promise<Outcome[]>

  /** The entry of an idempotency key that the account used in the last 24 hours. */
  findByIdempotencyKey(
    account: number,
    key: string,
  ): Promise<{ digest: string; entry: Entry } | undefined>

  bounds(): Promise<LogBounds>

  /**
   * The entries after an id that `viewer` may see, in order. One call scans at most 1,000 ids and
   * 256 KiB of text, but at least one entry.
   */
  read(after: number, viewer: number): Promise<Scan>

  /** The direct messages to `viewer` with ids in (after, upTo], bounded by 256 KiB of text. */
  readUndelivered(after: number, upTo: number, viewer: number): Promise<Scan>

  /**
   * The range of the direct messages that none of the viewer's streams has received, limited to the
   * newest 200. `after === upTo` when there are none.
   */
  undelivered(viewer: number): Promise<Undelivered>

  /** The same without waiting, where it is known already that there are none. */
  hasNothingUndelivered?(viewer: number): Undelivered | undefined

  /**
   * Records how far people's streams have come. A lower id than the recorded one changes nothing, and
   * neither does a receipt of another epoch than the current one.
   */
  markDelivered(receipts: readonly DeliveryReceipt[], epoch: string): Promise<void>

  /** Where a cursor stands on the current log. */
  resolveCursor(cursor: Cursor): Promise<CursorResolution>

  /** A page of the history that `viewer` may see, ascending. */
  page(viewer: number, range: PageRange): Promise<Page>

  /** Undefined where there is no such entry or the viewer may not see it. */
  entry(id: number, viewer: number): Promise<Entry | undefined>

  /** Creates an account and its first session in one transaction. */
  register(account: NewAccount, ttlMs: number): Promise<Session | 'taken'>

  /** Whether an account has one of these skeletons. */
  skeletonsTaken(skeletons: readonly string[]): Promise<boolean>

  /** The account of a username key, with its password hash. */
  credentials(key: string): Promise<Credentials | undefined>

  /**
   * Opens a session, whose times are whole seconds. An account has at most 100: for one more, the
   * oldest one that is not present ends, or the oldest of all where all are present.
   */
  openSession(account: number, ttlMs: number): Promise<Session>

  /** A session that is alive: it was not ended and has not expired. */
  session(id: number): Promise<Session | undefined>

  /** The sessions that are alive and expire last. */
  newestSessions(limit: number): Promise<readonly Session[]>

  /** Ends a session and its presence. @returns false where it was no longer alive */
  endSession(id: number): Promise<boolean>

  presentSessions(): Promise<PresentSession[]>

  /**
   * Adds and removes present sessions in one transaction. A session that is present already or has
   * ended is not added.
   */
  changePresence(change: PresenceChange): Promise<void>

  /**
   * One small step of deletion, at most 1,000 rows of each kind:
   * - entries sent before `before`, up to the first that was not, and never the newest;
   * - idempotency keys older than 24 hours;
   * - expired sessions that are not present.
   *
   * @param before Unix milliseconds; undefined keeps every entry
   * @returns `more`: whether another step would delete something
   */
  deleteExpired(before: number | undefined): Promise<{ more: boolean; bounds: LogBounds }>

  /**
   * Whether all steps of `deleteExpired` would delete more than a tenth of the log, perhaps because of
   * a wrong clock.
   */
  wouldDeleteOverTenth(before: number): Promise<boolean>

  /**
   * The listener gets every change of the store, by this node or another, in the order of the commits
   * and before the call that made it resolves. There is one listener.
   */
  subscribe(listener: StoreListener): void

  /** Whether this node has all changes that are older than a second. Always true on SQLite. */
  readonly isUpToDate: boolean

  /** The clock by which sessions expire, as far as this node knows it. Unix ms. */
  now(): number

  /** Undefined on SQLite, where one process can count in memory. */
  readonly counts?: SharedCounts

  /** The key that signs tokens, 32 bytes or more. It is made once and stored with the log. */
  signingKey(): Promise<Uint8Array>

  /** Resolves when the store can read and write. @throws {Unavailable} */
  ping(): Promise<void>

  /** Undefined where the database is on another machine. */
  size(): Promise<DatabaseSize | undefined>

  /** Finishes the calls under way, then closes files, threads and connections. */
  close(): Promise<void>
}

/** Direct messages that none of a person's streams has received: those with ids in (after, upTo]. */
export interface Undelivered {
  after: number
  upTo: number
  bounds: LogBounds
}

export interface DeliveryReceipt {
  account: number
  /** One of the account's streams has received everything up to this entry. */
  id: number
}

/** `id` is the account's. */
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
  /** Look-alike names have a skeleton in common: one or two, each unique among all accounts. */
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

/** A message in the log. */
export interface Entry {
  /** The position in the log. */
  id: number
  from: Person
  /** Null for a broadcast. */
  to: Person | null
  text: string
  /** By the store's clock. After the clock was set back, less than that of the entry before. */
  sentAt: number
}

/** A message to be appended. */
export interface Draft {
  /** The sender is the account of this session. */
  session: number
  /** Null for a broadcast. */
  to: { key: string; whenOffline: 'reject' | 'keep' } | null
  text: string
  /** `digest` is a hash of the content: a key may be used again only with the same digest. */
  idempotency: { key: string; digest: string } | null
}

export type Outcome =
  | { kind: 'appended'; entry: Entry }
  /** The idempotency key was used before, with the same content: the first entry. */
  | { kind: 'replayed'; entry: Entry }
  | { kind: 'key-reused' }
  | { kind: 'session-ended' }
  | { kind: 'unknown-recipient' }
  | { kind: 'recipient-offline' }

/** The log's edges. An empty log has `oldest = head + 1`. */
export interface LogBounds {
  /** 8 base-36 digits. Each start of a server on SQLite, or of PostgreSQL, begins a new epoch. */
  epoch: string
  oldest: number
  head: number
}

export interface Cursor {
  id: number
  /** Null for a bare id, which counts as of the current epoch. */
  epoch: string | null
}

export interface CursorResolution {
  bounds: LogBounds
  /** The id after which to read on. */
  position: number
  /** Null for a good cursor of the current epoch. */
  reset: { reason: 'trimmed' | 'ahead' | 'rewound' | 'new-epoch'; from: number } | null
}

export interface Scan {
  /** Of the snapshot that was read: `oldest > after + 1` means that entries were deleted. */
  bounds: LogBounds
  entries: Entry[]
  /** `entries` has everything that is visible up to this id. */
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
  /** Whether more entries exist in the direction of the page: newer with `after`, else older. */
  more: boolean
}

/** In bytes. */
export interface DatabaseSize {
  bytes: number
  /** Of these, the space of deleted rows, which new rows will use. */
  reusableBytes: number
}

/** A person is online while at least one of their sessions is present. */
export interface PresentSession {
  session: number
  person: Person
  since: number
}

export interface PresenceChange {
  /** As they were when they were alive: a session never changes until it ends. */
  enter: readonly Session[]
  leave: readonly number[]
}

export interface StoreListener {
  updated(update: StoreUpdate): void
  /**
   * The log has a new epoch and may have gone back, so every cursor must be resolved again. Updates go
   * on after `bounds.head`.
   */
  diverged(bounds: LogBounds): void
  /** The store was out of reach for ten seconds: what is known of it may be out of date. */
  disconnected(): void
  /** The store is reached again, and the listener has got all updates. */
  reconnected(): void
}

/** Counters for rate limits, by key, which all nodes share. */
export interface SharedCounts {
  /**
   * Adds one to the key's count, unless it is at the limit. The count starts over `windowMs` after
   * the first one. @throws {Unavailable}
   */
  increment(
    key: string,
    allowance: { limit: number; windowMs: number },
  ): Promise<{ counted: true } | { counted: false; retryAfterMs: number }>
  /** @throws {Unavailable} */
  decrement(key: string): Promise<void>
}

export interface StoreUpdate {
  bounds: LogBounds
  /** Contiguous, beginning after the last update's head. */
  entries: Entry[]
  /** Ids of sessions that were ended. */
  ended: number[]
  entered: PresentSession[]
  /** Ids of sessions that are no longer present. */
  left: number[]
}

/** The store cannot be reached or cannot write: certainly nothing was done. */
export class Unavailable extends Error {
  override name = 'Unavailable'
}

/** The answer to a write was lost: the write may have been done. */
export class OutcomeUnknown extends Error {
  override name = 'OutcomeUnknown'
  /** A retry cannot help: this store has failed for good. */
  readonly final: boolean

  constructor(
    message: string,
    { final = false, cause }: { final?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.final = final
  }
}
