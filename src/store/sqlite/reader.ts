import type { Credentials } from '../account-store.ts'
import type { Entry, LogBounds, Page, PageRange, Scan } from '../message-log.ts'
import type { PresentSession } from '../presence-store.ts'
import type { DatabaseSize } from '../store.ts'
import { AccountRows } from './accounts.ts'
import type { Connection } from './connection.ts'
import { LogBoundsQuery } from './log/bounds.ts'
import { IdempotencyKeys } from './log/idempotency-keys.ts'
import { LogPages } from './log/page.ts'
import { EntryReader } from './log/read.ts'
import { PresenceRows } from './presence.ts'
import { ReceiptRows } from './receipts.ts'
import { Retention } from './retention.ts'
import { readTransaction } from './transaction.ts'

/** The calls that the reader's thread takes: each reads one snapshot of the database. */
export class Reader {
  readonly #connection
  readonly #snapshot
  readonly #bounds
  readonly #entries
  readonly #receipts
  readonly #pages
  readonly #keys
  readonly #accounts
  readonly #presence
  readonly #retention
  readonly #clock

  constructor(connection: Connection, clock: () => number) {
    this.#connection = connection
    this.#snapshot = readTransaction(connection)
    this.#bounds = new LogBoundsQuery(connection)
    this.#entries = new EntryReader(connection)
    this.#receipts = new ReceiptRows(connection)
    this.#pages = new LogPages(connection)
    this.#keys = new IdempotencyKeys(connection)
    this.#accounts = new AccountRows(connection)
    this.#presence = new PresenceRows(connection)
    this.#retention = new Retention(connection)
    this.#clock = clock
  }

  bounds(): LogBounds {
    return this.#snapshot(() => this.#bounds.read())
  }

  wouldDeleteOverTenth(before: number): boolean {
    return this.#snapshot(() => this.#retention.wouldDeleteOverTenth(before))
  }

  read(after: number, viewer: number): Scan {
    return this.#snapshot(() => this.#entries.read(after, viewer))
  }

  readUndelivered(after: number, upTo: number, viewer: number): Scan {
    return this.#snapshot(() => this.#receipts.read(after, upTo, viewer))
  }

  entry(id: number, viewer: number): Entry | undefined {
    return this.#snapshot(() => this.#entries.entry(id, viewer))
  }

  page(viewer: number, range: PageRange): Page {
    return this.#snapshot(() => this.#pages.page(viewer, range))
  }

  findByIdempotencyKey(account: number, key: string): { digest: string; entry: Entry } | undefined {
    return this.#snapshot(() => this.#keys.find(account, key, this.#clock()))
  }

  credentials(key: string): Credentials | undefined {
    return this.#snapshot(() => this.#accounts.credentials(key))
  }

  skeletonsTaken(skeletons: readonly string[]): boolean {
    return this.#snapshot(() => this.#accounts.skeletonsTaken(skeletons))
  }

  presentSessions(): PresentSession[] {
    return this.#snapshot(() => this.#presence.all())
  }

  size(): DatabaseSize {
    return this.#snapshot(() => {
      const [page, pages, free] = ['page_size', 'page_count', 'freelist_count'].map(
        (name) => this.#connection.pragma(name, { simple: true }) as number,
      ) as [number, number, number]
      return { bytes: page * pages, reusableBytes: page * free }
    })
  }

  ping(): void {
    this.#snapshot(() => this.#bounds.read())
  }
}
