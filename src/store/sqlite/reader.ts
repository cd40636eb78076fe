import type {
  Credentials,
  Cursor,
  Entry,
  Extent,
  Page,
  PageRange,
  Placement,
  PresentSession,
  Scan,
  Session,
} from '../store.ts'
import { Accounts } from './accounts.ts'
import type { Connection } from './connection.ts'
import { LogExtent } from './log/extent.ts'
import { KnownKeys } from './log/keys.ts'
import { LogPages } from './log/page.ts'
import { LogPlaces } from './log/place.ts'
import { LogReader } from './log/read.ts'
import { PresenceRows } from './presence.ts'
import { Sessions } from './sessions.ts'
import { readOnce, readTransaction } from './transaction.ts'

/** Reads, in the reader's thread and as PointReads: each sees one snapshot of the database. */
export class Reader {
  readonly #snapshot
  readonly #extent
  readonly #log
  readonly #pages
  readonly #places
  readonly #keys
  readonly #accounts
  readonly #sessions
  readonly #presence
  readonly #clock

  constructor(connection: Connection, clock: () => number) {
    this.#snapshot = readTransaction(connection)
    this.#extent = new LogExtent(connection)
    this.#log = new LogReader(connection)
    this.#pages = new LogPages(connection)
    this.#places = new LogPlaces(connection)
    this.#keys = new KnownKeys(connection)
    this.#accounts = new Accounts(connection)
    this.#sessions = new Sessions(connection)
    this.#presence = new PresenceRows(connection)
    this.#clock = clock
  }

  extent(): Extent {
    return this.#snapshot(() => this.#extent.now())
  }

  read(after: number, viewer: number): Scan {
    return this.#snapshot(() => this.#log.read(after, viewer))
  }

  readKept(after: number, upTo: number, viewer: number): Scan {
    return this.#snapshot(() => this.#log.readKept(after, upTo, viewer))
  }

  unreached(viewer: number): { after: number; upTo: number; extent: Extent } {
    return this.#snapshot(() => this.#log.unreached(viewer))
  }

  entry(id: number, viewer: number): Entry | undefined {
    return this.#snapshot(() => this.#log.entry(id, viewer))
  }

  page(viewer: number, range: PageRange): Page {
    return this.#snapshot(() => this.#pages.page(viewer, range))
  }

  place(cursor: Cursor): Placement {
    return this.#snapshot(() => this.#places.place(cursor))
  }

  keyed(account: number, key: string): { digest: string; entry: Entry } | undefined {
    return this.#snapshot(() => this.#keys.find(account, key, this.#clock()))
  }

  credentials(key: string): Credentials | undefined {
    return this.#snapshot(() => this.#accounts.credentials(key))
  }

  session(id: number): Session | undefined {
    return readOnce(() => this.#sessions.alive(id, this.#clock()))
  }

  present(): PresentSession[] {
    return this.#snapshot(() => this.#presence.all())
  }

  ping(): void {
    this.#snapshot(() => this.#extent.now())
  }
}
