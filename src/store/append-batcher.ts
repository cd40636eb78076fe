import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as endOfTurn } from 'node:timers/promises'
import { type Draft, type Outcome, OutcomeUnknown, type Store, Unavailable } from './store.ts'

export interface AppendBatcherOptions {
  /** Appends that wait at most, beside the batch under way. */
  maxQueued?: number
  /** Bytes of text that wait at most. */
  maxQueuedBytes?: number
  /** How long a batch whose answer was lost is asked for again, in milliseconds. */
  unknownOutcomeRetryMs?: number | undefined
  /** The first pause before it is asked for again, in milliseconds; it doubles up to 1 s. */
  firstRetryDelayMs?: number
  /** A clock that never goes back, in milliseconds, and a way to wait by it. */
  clock?: { now(): number; wait(ms: number): Promise<unknown> }
}

/** One batch holds at most this many drafts and bytes (but at least one draft). */
const MAX_BATCH_DRAFTS = 1_000
const MAX_BATCH_BYTES = 1024 * 1024
/** What a draft takes beside its text, roughly. */
const DRAFT_OVERHEAD_BYTES = 256
const MAX_RETRY_DELAY_MS = 1_000

interface QueuedAppend {
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
export class AppendBatcher {
  readonly #store: Pick<Store, 'append'>
  readonly #maxQueued: number
  readonly #maxQueuedBytes: number
  readonly #unknownOutcomeRetryMs: number
  readonly #firstRetryDelayMs: number
  readonly #clock: NonNullable<AppendBatcherOptions['clock']>
  #queue: QueuedAppend[] = []
  #queuedBytes = 0
  #draining: Promise<void> | undefined
  #closed = false

  constructor(store: Pick<Store, 'append'>, options: AppendBatcherOptions = {}) {
    this.#store = store
    this.#maxQueued = options.maxQueued ?? 10_000
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 16 * 1024 * 1024
    this.#unknownOutcomeRetryMs = options.unknownOutcomeRetryMs ?? 10_000
    this.#firstRetryDelayMs = options.firstRetryDelayMs ?? 50
    this.#clock = options.clock ?? { now: () => performance.now(), wait: delay }
  }

  /**
   * @throws {Unavailable} certainly not stored: the store cannot, or too much is waiting
   * @throws {OutcomeUnknown} may have been stored
   */
  append(draft: Draft): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const bytes = Buffer.byteLength(draft.text) + DRAFT_OVERHEAD_BYTES
      if (this.#closed) throw new Unavailable('The server is stopping')
      if (
        this.#queue.length >= this.#maxQueued ||
        this.#queuedBytes + bytes > this.#maxQueuedBytes
      ) {
        throw new Unavailable('Too many messages are waiting to be stored')
      }
      this.#queue.push({ draft, bytes, resolve, reject })
      this.#queuedBytes += bytes
      this.#draining ??= this.#drain()
    })
  }

  /** Refuses what waits, and is certainly not stored: the store cannot be reached. */
  rejectQueued(): void {
    this.#queuedBytes = 0
    for (const { reject } of this.#queue.splice(0)) {
      reject(new Unavailable('The store cannot be reached'))
    }
  }

  /** Takes no more, and resolves when everything taken has been answered. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
  }

  async #drain(): Promise<void> {
    do {
      // At the end of the first, the last batch goes to the streams; what was posted while they were
      // written to is read in the second.
      await endOfTurn()
      await endOfTurn()
      const batch = this.#nextBatch()
      // None where all that waited was refused meanwhile.
      if (batch.length > 0) await this.#appendBatch(batch)
    } while (this.#queue.length > 0)
    this.#draining = undefined
  }

  #nextBatch(): QueuedAppend[] {
    let count = 0
    let bytes = 0
    for (const queued of this.#queue) {
      if (count === MAX_BATCH_DRAFTS || (count > 0 && bytes + queued.bytes > MAX_BATCH_BYTES)) break
      count += 1
      bytes += queued.bytes
    }
    this.#queuedBytes -= bytes
    return this.#queue.splice(0, count)
  }

  /** Answers everyone in a batch. An error of another kind is one draft's: halving finds it. */
  async #appendBatch(batch: QueuedAppend[]): Promise<void> {
    try {
      const outcomes = await this.#appendUntilKnown(batch.map(({ draft }) => draft))
      for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at] as Outcome)
    } catch (error) {
      const failsWholeBatch = error instanceof Unavailable || error instanceof OutcomeUnknown
      if (failsWholeBatch || batch.length === 1) {
        for (const { reject } of batch) reject(error)
        return
      }
      const half = Math.ceil(batch.length / 2)
      await this.#appendBatch(batch.slice(0, half))
      await this.#appendBatch(batch.slice(half))
    }
  }

  /**
   * Asks until the answer is known. Once one answer was lost, only outcomes settle it: that the
   * store cannot be reached now says nothing about the first time.
   */
  async #appendUntilKnown(drafts: Draft[]): Promise<Outcome[]> {
    const batchId = randomUUID()
    const { now, wait } = this.#clock
    const deadline = now() + this.#unknownOutcomeRetryMs
    let retryDelay = this.#firstRetryDelayMs
    let unknownOutcome: OutcomeUnknown | undefined
    do {
      try {
        return await this.#store.append(drafts, batchId)
      } catch (error) {
        if (error instanceof OutcomeUnknown) unknownOutcome = error
        if (!unknownOutcome) throw error
        if (unknownOutcome.final) throw unknownOutcome
      }
      await wait(Math.max(0, Math.min(retryDelay, deadline - now())))
      retryDelay = Math.min(retryDelay * 2, MAX_RETRY_DELAY_MS)
    } while (now() < deadline)
    throw unknownOutcome
  }
}
