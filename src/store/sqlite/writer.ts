import type { Draft, Extent, Mark, NewAccount, News, Outcome, Session } from '../store.ts'
import { Accounts } from './accounts.ts'
import type { Connection } from './connection.ts'
import { Housekeeping } from './housekeeping.ts'
import { LogAppender } from './log/append.ts'
import { LogExtent } from './log/extent.ts'
import { type Entered, PresenceRows } from './presence.ts'
import { Probe } from './probe.ts'
import { ReachedMarks } from './reached.ts'
import { Sessions } from './sessions.ts'
import { RecentTickets } from './tickets.ts'
import { WriteTransaction } from './transaction.ts'

/** News as it goes from one thread to another. */
export type SentNews = Omit<News, 'entered'> & { entered: Entered | null }

/** What a write answers, and what became true by it. */
export interface Done<Value> {
  value: Value
  news: SentNews | null
}

type Events = Partial<Omit<SentNews, 'extent'>>

/** The calls that the writer's thread takes: each is one transaction. */
export class Writer {
  readonly #transaction
  readonly #extent
  readonly #log
  readonly #accounts
  readonly #sessions
  readonly #presence
  readonly #reached
  readonly #housekeeping
  readonly #probe
  readonly #clock
  readonly #tickets = new RecentTickets<Outcome[]>()
  #failing = false

  /** @param clock Unix milliseconds; read after the write lock was taken */
  constructor(connection: Connection, clock: () => number) {
    this.#transaction = new WriteTransaction(connection)
    this.#extent = new LogExtent(connection)
    this.#log = new LogAppender(connection)
    this.#accounts = new Accounts(connection)
    this.#sessions = new Sessions(connection)
    this.#presence = new PresenceRows(connection)
    this.#reached = new ReachedMarks(connection)
    this.#housekeeping = new Housekeeping(connection)
    this.#probe = new Probe(connection)
    this.#clock = clock
  }

  append(batch: readonly Draft[], ticket: string): Done<Outcome[]> {
    const before = this.#tickets.find(ticket)
    if (before) return { value: before, news: null }
    const done = this.#write((now) => {
      const value = this.#log.append(batch, now)
      const entries = value.flatMap((outcome) =>
        outcome.kind === 'appended' ? [outcome.entry] : [],
      )
      return { value, news: this.#news({ entries }) }
    })
    this.#tickets.keep(ticket, done.value)
    return done
  }

  markReached(marks: readonly Mark[], epoch: string): Done<void> {
    return this.#write(() => {
      if (epoch === this.#extent.now().epoch) this.#reached.raise(marks)
      return { value: undefined, news: null }
    })
  }

  register(account: NewAccount, ttlMs: number): Done<Session | 'taken'> {
    return this.#write((now) => {
      const created = this.#accounts.create(account, now)
      return { value: created ? this.#open(created.id, ttlMs, now) : 'taken', news: null }
    })
  }

  openSession(account: number, ttlMs: number): Done<Session> {
    return this.#write((now) => {
      const events = this.#end(this.#sessions.excess(account, now), now)
      return { value: this.#open(account, ttlMs, now), news: this.#news(events) }
    })
  }

  endSession(id: number): Done<boolean> {
    return this.#write((now) => {
      const events = this.#end([id], now)
      return { value: events.ended.length > 0, news: this.#news(events) }
    })
  }

  changePresence(enter: readonly number[], leave: readonly number[]): Done<void> {
    return this.#write((now) => {
      const left = this.#presence.leave(leave)
      const entered = this.#presence.enter(enter, now)
      return { value: undefined, news: this.#news({ entered, left }) }
    })
  }

  sweep(before: number | undefined): Done<{ more: boolean; extent: Extent }> {
    return this.#write((now) => {
      const { oldest } = this.#extent.now()
      const more = this.#housekeeping.step(before, now)
      const extent = this.#extent.now()
      const news = extent.oldest === oldest ? null : { ...nothing, extent }
      return { value: { more, extent }, news }
    })
  }

  /** After a write that failed, only a write that works proves that writing works again. */
  ping(): void {
    if (this.#failing) this.#write(() => this.#probe.write())
  }

  #write<Result>(work: (now: number) => Result): Result {
    this.#failing = true
    const result = this.#transaction.run(() => work(this.#clock()))
    this.#failing = false
    return result
  }

  #open(account: number, ttlMs: number, now: number): Session {
    const id = this.#sessions.open(account, ttlMs, now)
    return this.#sessions.alive(id, now) as Session
  }

  /** Ends sessions and their presence. */
  #end(ids: readonly number[], now: number) {
    const left = this.#presence.leave(ids)
    return { left, ended: ids.filter((id) => this.#sessions.end(id, now)) }
  }

  /** Null where nothing happened. */
  #news({ entered, ...lists }: Events): SentNews | null {
    const someEntered = entered && entered.sessions.length > 0 ? entered : null
    const nothingElse = Object.values(lists).every((list) => list.length === 0)
    if (someEntered === null && nothingElse) return null
    return { ...nothing, ...lists, entered: someEntered, extent: this.#extent.now() }
  }
}

const nothing = { entries: [], ended: [], entered: null, left: [] }
