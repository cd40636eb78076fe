import type { News, Session, Store } from '../store/store.ts'
import { type OnlinePage, People, type PresenceChanged } from './people.ts'
import { PresenceWrites } from './presence-writes.ts'
import { answer } from './store-problems.ts'

/** What this server knows of a session with regard to presence. */
interface Attendance {
  /** Known from its first stream here on; it can be present from before this server began. */
  session: Session | undefined
  /** Streams open here. */
  streams: number
  /** Whether this server has told the store that it is present, and not since that it left. */
  entered: boolean
  grace: NodeJS.Timeout | undefined
  /** Resolved when the store has it as present. */
  arrivals: (() => void)[]
}

interface PresenceTimes {
  graceMs: number
  retryMs?: number
  restMs?: number
}

/**
 * Who is online: people with an open stream, or with one that closed less than the grace period
 * ago, so that neither a reconnect nor a restart is an exit. The store's news alone change the
 * set, so what is told here is always stored.
 */
export class Presence {
  readonly #store: Pick<Store, 'present' | 'current'>
  readonly #writes: PresenceWrites
  readonly #graceMs: number
  readonly #retryMs: number
  readonly #people = new People((change) => this.#changed(change))
  readonly #attendances = new Map<number, Attendance>()
  /** While this runs, that a session left is not believed: others may be yet to enter it again. */
  #doubt: NodeJS.Timeout | undefined
  /** Sessions of which it was told that they left, and which stay here all the same. */
  readonly #doubted = new Set<number>()
  #looking: Promise<void> | undefined
  /** Sessions that were told of while the store was asked who is present. */
  readonly #toldMeanwhile = new Set<number>()
  #away = false
  #closed = false
  readonly #listeners: ((change: PresenceChanged) => void)[] = []

  /**
   * @param graceMs how long after their last stream a session stays online, 0 to 600,000
   * @param retryMs how often a store that could not be written is tried again
   * @param restMs how long it rests between two writes
   */
  constructor(
    store: Pick<Store, 'present' | 'changePresence' | 'ping' | 'current'>,
    { graceMs, retryMs = 1000, restMs = 5 }: PresenceTimes,
  ) {
    this.#store = store
    this.#writes = new PresenceWrites(
      store,
      {
        leaving: (session) => {
          this.#attendance(session).entered = false
        },
        entered: (session) => this.#arrived(session),
        left: (session) => this.#gone(session),
        back: () => this.renew(),
      },
      { retryMs, restMs },
    )
    this.#graceMs = graceMs
    this.#retryMs = retryMs
  }

  /** Takes over who was online when the server last ran; their grace begins anew. */
  async start(): Promise<void> {
    await this.#look()
    for (const session of this.#people.sessions()) {
      this.#beginGrace(session, this.#attendance(session))
    }
  }

  /** Calls back for each person who comes or goes. */
  onChanged(listener: (change: PresenceChanged) => void): void {
    this.#listeners.push(listener)
  }

  get count(): number {
    return this.#people.count
  }

  /** Everyone's name, in the order of the list. */
  names(): readonly string[] {
    return this.#people.names()
  }

  /**
   * A page of who is online, by name; `after` is a username, of someone online or not.
   *
   * @throws {Problem} `unavailable` where what is known here is old and the store cannot be asked
   */
  async list(wanted: { after?: string; limit: number }): Promise<OnlinePage> {
    if (!this.#store.current) await answer(this.#look())
    return this.#people.page(wanted)
  }

  /** A stream of the session opened. Resolves once the store has the session as present. */
  enter(session: Session): Promise<void> {
    const attendance = this.#attendance(session.id)
    attendance.session = session
    attendance.streams++
    clearTimeout(attendance.grace)
    if (attendance.entered && this.#store.current) {
      this.#writes.forget(session.id)
      return Promise.resolve()
    }
    this.#writes.enter(session)
    return new Promise((resolve) => attendance.arrivals.push(resolve))
  }

  /** A stream of the session closed. */
  leave(session: number): void {
    const attendance = this.#attendance(session)
    attendance.streams--
    if (attendance.streams === 0) this.#beginGrace(session, attendance)
  }

  /** What the store says has changed. */
  follow({ entered, left, ended }: Pick<News, 'entered' | 'left' | 'ended'>): void {
    if (this.#looking) {
      for (const { session } of entered) this.#toldMeanwhile.add(session)
      for (const session of [...left, ...ended]) this.#toldMeanwhile.add(session)
    }
    for (const session of ended) this.#remove(session)
    for (const present of entered) this.#add(present)
    for (const session of left) this.#missed(session)
  }

  /** A session that streams here had is no more, though the store did not tell of its end. */
  over(session: number): void {
    this.#remove(session)
  }

  /** The store is out of touch: until `renew` nobody's grace runs, and nothing is told to it. */
  lost(): void {
    this.#away = true
    this.#writes.pause()
    for (const { grace } of this.#attendances.values()) clearTimeout(grace)
  }

  /**
   * The store is back, or has turned: everyone's grace begins anew. Whom this server had entered it
   * enters again, for that may be lost; and as the other servers do the same, nobody is taken to
   * have left for as long as the grace lasts.
   */
  renew(): void {
    if (this.#closed) return
    this.#away = false
    for (const [id, attendance] of this.#attendances) {
      const { session, entered, streams } = attendance
      this.#writes.forget(id)
      if (session && (entered || streams > 0)) this.#writes.enter(session)
      attendance.entered = false
      if (streams === 0) this.#beginGrace(id, attendance)
    }
    this.#settleAfter(this.#graceMs)
    this.#writes.resume()
  }

  /** Lets go of all timers; nobody leaves because a server stops. */
  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#doubt)
    for (const attendance of this.#attendances.values()) clearTimeout(attendance.grace)
    await this.#writes.close()
  }

  #attendance(session: number): Attendance {
    let attendance = this.#attendances.get(session)
    if (attendance === undefined) {
      attendance = {
        session: undefined,
        streams: 0,
        entered: false,
        grace: undefined,
        arrivals: [],
      }
      this.#attendances.set(session, attendance)
    }
    return attendance
  }

  #beginGrace(session: number, attendance: Attendance): void {
    if (this.#closed || this.#away) return
    clearTimeout(attendance.grace)
    attendance.grace = setTimeout(() => this.#writes.leave(session), this.#graceMs)
  }

  #arrived(session: number): void {
    const attendance = this.#attendance(session)
    attendance.entered = true
    if (this.#people.has(session)) welcome(attendance)
  }

  #gone(session: number): void {
    if (this.#doubted.has(session)) this.#remove(session)
    if (this.#attendance(session).streams > 0 || this.#writes.has(session)) return
    this.#attendances.delete(session)
  }

  #add(present: News['entered'][number]): void {
    this.#doubted.delete(present.session)
    this.#people.add(present)
    const attendance = this.#attendances.get(present.session)
    // Else the write that brought it is yet to return.
    if (attendance?.entered) welcome(attendance)
  }

  #remove(session: number): void {
    this.#doubted.delete(session)
    this.#people.remove(session)
  }

  /** The store has the session no longer as present: who is here all the same enters it again. */
  #missed(session: number): void {
    if (!this.#people.has(session)) return
    const attendance = this.#attendances.get(session)
    if (attendance) attendance.entered = false
    const here = attendance && attendance.streams > 0 ? attendance.session : undefined
    if (here) this.#writes.enter(here)
    if (here || this.#doubt !== undefined) this.#doubted.add(session)
    else this.#remove(session)
  }

  /** Takes over who is present, but for what was told while the store was asked. */
  #look(): Promise<void> {
    this.#looking ??= this.#takeOver().finally(() => {
      this.#looking = undefined
      this.#toldMeanwhile.clear()
    })
    return this.#looking
  }

  async #takeOver(): Promise<void> {
    const present = await this.#store.present()
    const news = (session: number) => this.#toldMeanwhile.has(session)
    const sessions = new Set(present.map(({ session }) => session))
    for (const each of present) if (!news(each.session)) this.#add(each)
    for (const session of this.#people.sessions()) {
      if (!sessions.has(session) && !news(session)) this.#missed(session)
    }
  }

  /** Doubts whoever leaves for so long, and then believes what the store says. */
  #settleAfter(milliseconds: number): void {
    clearTimeout(this.#doubt)
    this.#doubt = setTimeout(() => {
      this.#doubt = undefined
      this.#look().catch(() => {
        if (!this.#closed) this.#settleAfter(this.#retryMs)
      })
    }, milliseconds)
  }

  #changed(change: PresenceChanged): void {
    for (const listener of this.#listeners) listener(change)
  }
}

function welcome({ arrivals }: Attendance): void {
  for (const arrived of arrivals.splice(0)) arrived()
}
