import { randomUUID } from 'node:crypto'
import { setTimeout as delay, setImmediate as endOfTurn } from 'node:timers/promises'
import type { Draft, MessageLog, Outcome } from './message-log.ts'
import { OutcomeUnknown, Unavailable } from './store-errors.ts'

export interface AppendBatcherOptions {
  /** Bound of the queue, without the batch under way; default 10,000. */
  maxQueued?: number
  /** Bound of the queue in bytes of content; default 16 MiB. */
  maxQueuedBytes?: number
  /** How long to retry a batch whose answer was lost, in ms; default 10,000. */
  unknownOutcomeRetryMs?: number | undefined
  /** The pause before the first retry, in ms; it doubles up to 1 s. Default 50. */
  firstRetryDelayMs?: number
  /** A monotonic clock, in ms, and a timer of the same clock. */
  clock?: { now(): number; wait(ms: number): Promise<unknown> }
}

/** Bounds of a batch, which has at least one draft. */
const MAX_BATCH_DRAFTS = 1_000
const MAX_BATCH_BYTES = 1024 * 1024
/** The memory of a draft without its content, roughly. */
const DRAFT_OVERHEAD_BYTES = 256
const MAX_RETRY_DELAY_MS = 1_000

interface QueuedAppend {
  draft: Draft
  bytes: number
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

/**
 * Gathers appends: what arrives during one batch forms the next. Each batch waits for two turns of the
 * event loop first. On a busy server many others arrive in them, and each batch costs every stream a
 * write. `docs/design/delivery.md` has the order of the turns.
 */
export class AppendBatcher {
  readonly #log: Pick<MessageLog, 'append'>
  readonly #maxQueued: number
  readonly #maxQueuedBytes: number
  readonly #unknownOutcomeRetryMs: number
  readonly #firstRetryDelayMs: number
  readonly #clock: NonNullable<AppendBatcherOptions['clock']>
  #queue: QueuedAppend[] = []
  #queuedBytes = 0
  #draining: Promise<void> | undefined
  #closed = false

  constructor(log: Pick<MessageLog, 'append'>, options: AppendBatcherOptions = {}) {
    this.#log = log
    this.#maxQueued = options.maxQueued ?? 10_000
    this.#maxQueuedBytes = options.maxQueuedBytes ?? 16 * 1024 * 1024
    this.#unknownOutcomeRetryMs = options.unknownOutcomeRetryMs ?? 10_000
    this.#firstRetryDelayMs = options.firstRetryDelayMs ?? 50
    this.#clock = options.clock ?? { now: () => performance.now(), wait: delay }
  }

  /**
   * @throws {Unavailable} certainly not stored: the store is not available, or the queue is full
   * @throws {OutcomeUnknown} may have been stored
   */
  append(draft: Draft): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const bytes = sizeOf(draft)
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

  /** Rejects what is queued, which is certainly not stored: the store cannot be reached. */
  rejectQueued(): void {
    this.#queuedBytes = 0
    for (const { reject } of this.#queue.splice(0)) {
      reject(new Unavailable('The store cannot be reached'))
    }
  }

  /** Refuses later appends, and resolves when the earlier ones are settled. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#draining
  }

  async #drain(): Promise<void> {
    do {
      await endOfTurn()
      await endOfTurn()
      const batch = this.#nextBatch()
      // Empty if the queue was rejected meanwhile.
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

  /** An error of another kind is caused by one draft. Halving the batch finds it. */
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
   * Retries until the outcomes are known. After one answer was lost, a later error proves nothing: the
   * store may have stored the batch the first time.
   */
  async #appendUntilKnown(drafts: Draft[]): Promise<Outcome[]> {
    const batchId = randomUUID()
    const { now, wait } = this.#clock
    const deadline = now() + this.#unknownOutcomeRetryMs
    let retryDelay = this.#firstRetryDelayMs
    let unknownOutcome: OutcomeUnknown | undefined
    do {
      try {
        return await this.#log.append(drafts, batchId)
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

function sizeOf({ text, metadata = '', mentions = [] }: Draft): number {
  return Buffer.byteLength(text + metadata + mentions.flat().join('')) + DRAFT_OVERHEAD_BYTES
}
