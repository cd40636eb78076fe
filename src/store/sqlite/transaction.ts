import { OutcomeUnknown, Unavailable } from '../store-errors.ts'
import { classifyReadError, classifyWriteError } from './classify-error.ts'
import type { Connection } from './connection.ts'

type Runs = { run(): unknown }

/** The part of a connection that transactions need. */
export interface Transactional {
  prepare(source: string): Runs
  readonly inTransaction: boolean
}

/** Takes the write lock, runs the work, then commits durably. */
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

  /** @throws the error of `classifyWriteError`, after the work was rolled back */
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
      // SQLite itself rolls back when the disk is full or broken.
      if (this.#connection.inTransaction) this.#rollback.run()
      const failure = classifyWriteError(error, committing)
      // After a failed fsync the kernel may report success for the next one without having written.
      this.#broken = failure instanceof OutcomeUnknown
      throw failure
    }
  }
}

/** All reads of one call see one snapshot, whatever the writer does meanwhile. */
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
