import { setImmediate as endOfTurn } from 'node:timers/promises'
import type { Draft } from '../../message-log.ts'
import type { RoomCommand, RoomOutcome } from '../../room-store.ts'
import { OutcomeUnknown, Unavailable } from '../../store-errors.ts'

/** The arguments of `RoomStore.execute`. */
export interface RoomCall {
  session: number
  command: RoomCommand
  idempotency: Draft['idempotency']
}

/** Bound of a batch: messages wait behind it, some 10 ms at most. */
const MAX_BATCH_CALLS = 100

interface QueuedCall {
  call: RoomCall
  resolve: (outcome: RoomOutcome) => void
  reject: (error: unknown) => void
}

export interface RoomCommandBatcherOptions {
  /** Carries out calls in order, in one transaction. */
  run: (calls: readonly RoomCall[]) => Promise<RoomOutcome[]>
  /** Bound of the queue, without the batch under way; default 10,000. */
  maxQueued?: number
}

/**
 * Gathers commands, since each commit waits for the disk: those that come while a batch is under way
 * are the next.
 */
export class RoomCommandBatcher {
  readonly #run
  readonly #maxQueued: number
  #queue: QueuedCall[] = []
  #isDraining = false

  constructor({ run, maxQueued = 10_000 }: RoomCommandBatcherOptions) {
    this.#run = run
    this.#maxQueued = maxQueued
  }

  /** @throws as `RoomStore.execute` does */
  execute(call: RoomCall): Promise<RoomOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length >= this.#maxQueued)
        throw new Unavailable('Too many commands about rooms are waiting')
      this.#queue.push({ call, resolve, reject })
      if (!this.#isDraining) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isDraining = true
    do {
      await endOfTurn()
      await this.#runBatch(this.#queue.splice(0, MAX_BATCH_CALLS))
    } while (this.#queue.length > 0)
    this.#isDraining = false
  }

  /** An error of another kind is caused by one command, and the others are tried without it. */
  async #runBatch(batch: readonly QueuedCall[]): Promise<void> {
    try {
      const outcomes = await this.#run(batch.map(({ call }) => call))
      for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at] as RoomOutcome)
    } catch (error) {
      const failsWholeBatch = error instanceof Unavailable || error instanceof OutcomeUnknown
      if (failsWholeBatch || batch.length === 1) {
        for (const { reject } of batch) reject(error)
      } else for (const queued of batch) await this.#runBatch([queued])
    }
  }
}
