import Database from 'better-sqlite3'
import type { Connection } from './connection.ts'
import { Blanking } from './log/blanking.ts'
import { queriesOf } from './queries-of.ts'

/** How long a checkpoint waits for reads that began before it, and writes wait behind it, in ms. */
const CHECKPOINT_WAIT_MS = 50

/**
 * What is left of deleted messages in the files: those of deleted rooms in the tables, and earlier contents
 * of pages in the write-ahead log. `secure_delete` overwrites them in the database itself.
 */
export class DeletedTexts {
  readonly #connection: Connection
  readonly #blanking
  /** True at the start: the process before may not have come to it. */
  #writeAheadLogHasSome = true

  constructor(connection: Connection) {
    this.#connection = connection
    this.#blanking = queriesOf(Blanking, connection)
  }

  /** A transaction has deleted some. */
  noteDeletion(): void {
    this.#writeAheadLogHasSome = true
  }

  /** Whether a deleted room has messages that are not blanked. */
  hasRooms(): boolean {
    return this.#blanking.hasRooms()
  }

  /** Blanks some messages of a deleted room. Must be called inside a write transaction. */
  stepOfRoom(): void {
    this.#blanking.stepOfRoom()
    this.#writeAheadLogHasSome = true
  }

  /** Truncates the write-ahead log, or leaves it for the next call where a read takes long. */
  truncateWriteAheadLog(): void {
    if (!this.#writeAheadLogHasSome) return
    const wait = this.#connection.pragma('busy_timeout', { simple: true })
    this.#connection.pragma(`busy_timeout = ${CHECKPOINT_WAIT_MS}`)
    try {
      const busy = this.#connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true })
      this.#writeAheadLogHasSome = busy !== 0
    } finally {
      this.#connection.pragma(`busy_timeout = ${wait}`)
    }
  }
}

/**
 * Blanks what is left of deleted rooms in a copy of a database that nothing uses yet: it need not survive a
 * crash.
 */
export function blankDeletedRooms(file: string): void {
  const connection = new Database(file, { fileMustExist: true })
  try {
    // One of 0.1 has no rooms.
    if (!connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'rooms'").get()) return
    connection.pragma('journal_mode = MEMORY')
    connection.pragma('synchronous = OFF')
    connection.pragma('secure_delete = ON')
    const blanking = queriesOf(Blanking, connection)
    const step = connection.transaction(() => blanking.stepOfRoom())
    while (blanking.hasRooms()) step()
  } finally {
    connection.close()
  }
}
