import type {
  Cursor,
  Draft,
  Follower,
  Mark,
  NewAccount,
  Outcome,
  PageRange,
  PresenceChange,
  Store,
} from '../store.ts'
import { Unavailable } from '../store.ts'
import { Accounts } from './accounts.ts'
import { AppendProof } from './append-proof.ts'
import { Counts } from './counts.ts'
import { dropsOverTenth, sweepStep } from './housekeeping.ts'
import { appendBatch } from './log/append.ts'
import { extentOf } from './log/extent.ts'
import { keyedEntry } from './log/keys.ts'
import { pageOf } from './log/page.ts'
import { placeOf } from './log/place.ts'
import { LogReader } from './log/read.ts'
import type { Lookout } from './lookout.ts'
import type { Node } from './node.ts'
import type { Pool } from './pool.ts'
import { ReachedMarks } from './reached.ts'
import { Sessions } from './sessions.ts'
import { signingKeyIn } from './signing-key.ts'

export interface Parts {
  pool: Pool
  node: Node
  lookout: Lookout
  /** How long those who are here stay present when it is closed, in ms. */
  graceMs: number
  /** `ping` fails when nothing was reached for so long, in ms. */
  unreachableMs: number
}

/** The store on PostgreSQL: calls go to the pool, and the lookout brings what they and others did. */
export class PostgresStore implements Store {
  readonly counts: Counts
  readonly #parts: Parts
  readonly #log: LogReader
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #reached: ReachedMarks
  readonly #proof: AppendProof

  constructor(parts: Parts) {
    this.#parts = parts
    const { pool } = parts
    this.counts = new Counts(pool)
    this.#log = new LogReader(pool)
    this.#accounts = new Accounts(pool)
    this.#sessions = new Sessions(pool)
    this.#reached = new ReachedMarks(pool)
    this.#proof = new AppendProof(pool)
  }

  async append(batch: readonly Draft[], ticket: string): Promise<Outcome[]> {
    const { pool, lookout } = this.#parts
    const { outcomes } = await lookout.appending(
      () => appendBatch(pool, batch, ticket),
      ({ outcomes, epoch }) => ({
        epoch,
        entries: outcomes.flatMap((outcome) =>
          outcome.kind === 'appended' ? [outcome.entry] : [],
        ),
      }),
    )
    return outcomes
  }

  markReached(marks: readonly Mark[], epoch: string): Promise<void> {
    return this.#reached.raise(marks, epoch)
  }

  register(account: NewAccount, ttlMs: number) {
    return this.#accounts.register(account, ttlMs)
  }

  openSession(account: number, ttlMs: number) {
    return this.#told(this.#sessions.open(account, ttlMs))
  }

  endSession(id: number): Promise<boolean> {
    return this.#told(this.#sessions.end(id))
  }

  changePresence(change: PresenceChange): Promise<void> {
    return this.#told(this.#parts.node.change(change))
  }

  async sweep(before: number | undefined) {
    const more = await this.#told(sweepStep(this.#parts.pool, before))
    return { more, extent: await this.extent() }
  }

  async size() {
    return undefined
  }

  dropsOverTenth(before: number) {
    return dropsOverTenth(this.#parts.pool, before)
  }

  extent() {
    const { lookout, pool } = this.#parts
    return lookout.upTo(extentOf(pool).then((extent) => ({ extent }))).then(({ extent }) => extent)
  }

  read(after: number, viewer: number) {
    return this.#parts.lookout.upTo(this.#log.read(after, viewer))
  }

  readKept(after: number, upTo: number, viewer: number) {
    return this.#parts.lookout.upTo(this.#log.readKept(after, upTo, viewer))
  }

  unreached(viewer: number) {
    return this.#parts.lookout.upTo(this.#log.unreached(viewer))
  }

  place(cursor: Cursor) {
    return this.#parts.lookout.upTo(placeOf(this.#parts.pool, cursor))
  }

  page(viewer: number, range: PageRange) {
    return pageOf(this.#parts.pool, viewer, range)
  }

  entry(id: number, viewer: number) {
    return this.#log.entry(id, viewer)
  }

  keyed(account: number, key: string) {
    return keyedEntry(this.#parts.pool, account, key)
  }

  skeletonsTaken(skeletons: readonly string[]) {
    return this.#accounts.skeletonsTaken(skeletons)
  }

  credentials(key: string) {
    return this.#accounts.credentials(key)
  }

  session(id: number) {
    return this.#sessions.alive(id)
  }

  newestSessions(limit: number) {
    return this.#sessions.newest(limit)
  }

  present() {
    return this.#parts.lookout.present()
  }

  follow(follower: Follower): void {
    this.#parts.lookout.follow(follower)
  }

  get current(): boolean {
    return this.#parts.lookout.current
  }

  now(): number {
    return this.#parts.lookout.now
  }

  signingKey(): Promise<Uint8Array> {
    return signingKeyIn(this.#parts.pool)
  }

  async ping(): Promise<void> {
    const { lookout, unreachableMs } = this.#parts
    if (lookout.silentMs > unreachableMs) {
      throw new Unavailable(`PostgreSQL has not been reached for ${unreachableMs} ms`)
    }
    await lookout.proveWriting().catch((error) => {
      throw new Unavailable(`PostgreSQL takes no writes: ${error.message}`, { cause: error })
    })
    await this.#proof.prove()
  }

  async close(): Promise<void> {
    const { lookout, node, pool, graceMs } = this.#parts
    await lookout.close()
    // Where the database is away, the lease runs out by itself.
    await node.leave(graceMs).catch(() => {})
    await pool.close()
  }

  /** What was done stands, also where it cannot be told just now. */
  async #told<Value>(written: Promise<Value>): Promise<Value> {
    const value = await written
    await this.#parts.lookout.lookInTime().catch(() => {})
    return value
  }
}
