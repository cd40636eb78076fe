import type { Person } from './person.ts'

/** All messages, with the ids 1, 2, 3, … without gaps in the order of the commits. */
export interface MessageLog {
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

  /** Where a cursor stands on the current log. */
  resolveCursor(cursor: Cursor): Promise<CursorResolution>

  /**
   * The entries after an id that `viewer` may see, in order. One call scans at most 1,000 ids and
   * 256 KiB of text, but at least one entry.
   */
  read(after: number, viewer: number): Promise<Scan>

  /** A page of the history that `viewer` may see, ascending. */
  page(viewer: number, range: PageRange): Promise<Page>

  /** Undefined where there is no such entry or the viewer may not see it. */
  entry(id: number, viewer: number): Promise<Entry | undefined>
}

/** A message in the log. */
export interface Entry {
  /** The position in the log. */
  id: number
  from: Person
  /** Null for a broadcast. */
  to: Person | null
  text: string
  /**
   * By the store's clock. After the clock was set back, less than that of the entry before. (Databases
   * before `migrations/postgres/0003-plans.sql` raised it to that, and `0001` still says so.)
   */
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

/** What became of a draft. */
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

/** A place in the log, as a client has it. */
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

/** One step of reading the log. */
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
