import { OutcomeUnknown, Unavailable } from '../store.ts'
import { classifyReadError, classifyWriteError } from './classify-error.ts'
import type { Connection } from './connection.ts'

type Runs = { run(): unknown }

/** The part of a connection that transactions need. */
export interface Transactional {
  prepare(source: string): Runs
  readonly inTransaction: boolean
}

/** Runs work in a write transaction: the lock first, then the work, then a durable commit. */
export class WriteTransaction {
  readonly #connection: Transactional
  readonly #begin: Runs
  readonly #commit: Runs
  readonly #rollback: Runs
  #broken = false

  constructor(connection: Transactional) {
    this.#connection = connection
    this.#begin = connection.prepare('BEGIN IMMEDIATE')
    this.#commit = connection.prepare('COMMIT')
    this.#rollback = connection.prepare('ROLLBACK')
  }

  /** @throws what `classifyWriteError` makes of an error; nothing of the work is left behind then */
  run<Result>(work: () => Result): Result {
    if (this.#broken) throw new Unavailable('The database failed and takes no more writes')
    let committing = false
    try {
      this.#begin.run()
      const result = work()
      committing = true
      this.#commit.run()
      return result
    } catch (error) {
      // SQLite has rolled back by itself where the disk was full or broken.
      if (this.#connection.inTransaction) this.#rollback.run()
      const failure = classifyWriteError(error, committing)
      // After a failed fsync the kernel may call the next one good without having written.
      this.#broken = failure instanceof OutcomeUnknown
      throw failure
    }
  }
}

/** Makes reads that see one snapshot, whatever the writer does meanwhile. */
export function readTransaction(connection: Connection): <Result>(work: () => Result) => Result {
  const transaction = connection.transaction((work: () => unknown) => work())
  return <Result>(work: () => Result) => {
    try {
      return transaction.deferred(work) as Result
    } catch (error) {
      throw classifyReadError(error)
    }
  }
}
