import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as endOfTurn } from 'node:timers/promises'
import { type Draft, type Outcome, OutcomeUnknown, type Store, Unavailable } from './store.ts'

export interface AppenderOptions {
  /** Appends that wait at most, beside the batch under way. */
  maxWaiting?: number
  /** Bytes of text that wait at most. */
  maxWaitingBytes?: number
  /** How long a batch whose answer was lost is asked for again, in milliseconds. */
  doubtMs?: number | undefined
  /** The first pause before it is asked for again, in milliseconds; it doubles up to 1 s. */
  pauseMs?: number
  /** A clock that never goes back, in milliseconds, and a way to wait by it. */
  time?: { now(): number; wait(ms: number): Promise<unknown> }
}

/** One batch holds at most this many drafts and bytes (but at least one draft). */
const BATCH_DRAFTS = 1_000
const BATCH_BYTES = 1024 * 1024
/** What a draft takes beside its text, roughly. */
const DRAFT_BYTES = 256
const LONGEST_PAUSE_MS = 1_000

interface Waiting {
  draft: Draft
  bytes: number
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/**
 * Gathers appends: while one batch is on its way to the disk, what arrives waits and goes as the
 * next. A lone append goes at once, which is two turns of the event loop, with what else came in
 * them: on a busy server that is much, and each batch costs every stream a write.
 */
export class Appender {
  readonly #store: Pick<Store, 'append'>
  readonly #maxWaiting: number
  readonly #maxWaitingBytes: number
  readonly #doubtMs: number
  readonly #pauseMs: number
  readonly #time: NonNullable<AppenderOptions['time']>
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  #closed = false

  constructor(store: Pick<Store, 'append'>, options: AppenderOptions = {}) {
    this.#store = store
    this.#maxWaiting = options.maxWaiting ?? 10_000
    this.#maxWaitingBytes = options.maxWaitingBytes ?? 16 * 1024 * 1024
    this.#doubtMs = options.doubtMs ?? 10_000
    this.#pauseMs = options.pauseMs ?? 50
    this.#time = options.time ?? { now: () => performance.now(), wait: delay }
  }

  /**
   * @throws {Unavailable} certainly not stored: the store cannot, or too much is waiting
   * @throws {OutcomeUnknown} may have been stored
   */
  append(draft: Draft): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.byteLength(draft.text) + DRAFT_BYTES
      if (this.#closed) throw new Unavailable('The server is stopping')
      if (
        this.#waiting.length >= this.#maxWaiting ||
        this.#waitingBytes + bytes > this.#maxWaitingBytes
      ) {
        throw new Unavailable('Too many messages are waiting to be stored')
      }
      this.#waiting.push({ draft, bytes, resolve, reject })
      this.#waitingBytes += bytes
      this.#running ??= this.#run()
    })
  }

  /** Refuses what waits, and is certainly not stored: the store cannot be reached. */
  refuseWaiting(): void {
    this.#waitingBytes = 0
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new Unavailable('The store cannot be reached'))
    }
  }

  /** Takes no more, and resolves when everything taken has been answered. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      // At the end of the first, the last batch goes to the streams; what was posted while they were
      // written to is read in the second.
      await endOfTurn()
      await endOfTurn()
      const batch = this.#nextBatch()
      // None where all that waited was refused meanwhile.
      if (batch.length > 0) await this.#settle(batch)
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  #nextBatch(): Waiting[] {
    let count = 0
    let bytes = 0
    for (const waiting of this.#waiting) {
      if (count === BATCH_DRAFTS || (count > 0 && bytes + waiting.bytes > BATCH_BYTES)) break
      count += 1
      bytes += waiting.bytes
    }
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  /** Answers everyone in a batch. An error of another kind is one draft's: halving finds it. */
  async #settle(batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#ask(batch.map(({ draft }) => draft))
      for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at] as Outcome)
    } catch (error) {
      const everyones = error instanceof Unavailable || error instanceof OutcomeUnknown
      if (everyones || batch.length === 1) {
        for (const { reject } of batch) reject(error)
        return
      }
      const half = Math.ceil(batch.length / 2)
      await this.#settle(batch.slice(0, half))
      await this.#settle(batch.slice(half))
    }
  }

  /**
   * Asks until the answer is known. Once one answer was lost, only outcomes settle it: that the
   * store cannot be reached now says nothing about the first time.
   */
  async #ask(drafts: Draft[]): Promise<Outcome[]> {
    const ticket = randomUUID()
    const { now, wait } = this.#time
    const deadline = now() + this.#doubtMs
    let pause = this.#pauseMs
    let doubt: OutcomeUnknown | undefined
    do {
      try {
        return await this.#store.append(drafts, ticket)
      } catch (error) {
        if (error instanceof OutcomeUnknown) doubt = error
        if (!doubt) throw error
        if (doubt.final) throw doubt
      }
      await wait(Math.max(0, Math.min(pause, deadline - now())))
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    } while (now() < deadline)
    throw doubt
  }
}
