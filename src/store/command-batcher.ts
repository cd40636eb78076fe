import { setImmediate as endOfTurn } from 'node:timers/promises'
import { OutcomeUnknown, Unavailable } from './store-errors.ts'

/** Bound of a batch: messages wait behind it, some 10 ms at most. */
const MAX_BATCH_COMMANDS = 100

interface QueuedCommand<Command, Outcome> {
  command: Command
  resolve: (outcome: Outcome) => void
  reject: (error: unknown) => void
}

export interface CommandBatcherOptions<Command, Outcome> {
  /** Carries out commands in one transaction; one outcome for each, in order. */
  run: (commands: readonly Command[]) => Promise<Outcome[]>
  /** How many of the commands, from the first, `run` can take at once: at least one. Default: all. */
  countTogether?: (commands: readonly Command[]) => number
  /** Bound of the queue, without the batch under way; default 10,000. */
  maxQueued?: number
}

/**
 * Gathers commands, since each commit waits for the disk: those that come while a batch is under way
 * are the next.
 */
export class CommandBatcher<Command, Outcome> {
  readonly #run
  readonly #countTogether
  readonly #maxQueued: number
  #queue: QueuedCommand<Command, Outcome>[] = []
  #isDraining = false

  constructor(options: CommandBatcherOptions<Command, Outcome>) {
    const { run, countTogether = ({ length }) => length, maxQueued = 10_000 } = options
    this.#run = run
    this.#countTogether = countTogether
    this.#maxQueued = maxQueued
  }

  /** @throws what `run` throws, or {Unavailable} where the queue is full */
  execute(command: Command): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#queue.length >= this.#maxQueued)
        throw new Unavailable('Too many commands are waiting')
      this.#queue.push({ command, resolve, reject })
      if (!this.#isDraining) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isDraining = true
    do {
      await endOfTurn()
      const next = this.#queue.slice(0, MAX_BATCH_COMMANDS).map(({ command }) => command)
      await this.#runBatch(this.#queue.splice(0, this.#countTogether(next)))
    } while (this.#queue.length > 0)
    this.#isDraining = false
  }

  /** An error of another kind is caused by one command, and the others are tried without it. */
  async #runBatch(batch: readonly QueuedCommand<Command, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.#run(batch.map(({ command }) => command))
      for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at] as Outcome)
    } catch (error) {
      const failsWholeBatch = error instanceof Unavailable || error instanceof OutcomeUnknown
      if (failsWholeBatch || batch.length === 1) {
        // Those that wait would do so for as long again.
        const waiting = error instanceof Unavailable ? this.#queue.splice(0) : []
        for (const { reject } of [...batch, ...waiting]) reject(error)
      } else for (const queued of batch) await this.#runBatch([queued])
    }
  }
}
