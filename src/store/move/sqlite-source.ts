import { refuseOlder } from '../migrations.ts'
import { type Connection, connect } from '../sqlite/connection.ts'
import {
  type DataDirectoryLock,
  dataFiles,
  existingDatabase,
  lockDataDirectory,
} from '../sqlite/data-directory.ts'
import { appliedMigrations, checkDatabase, sqliteMigrations } from '../sqlite/migrate.ts'
import { readSigningKey } from '../sqlite/signing-key.ts'
import { type CopiedTable, pageQuery, placeOf, type Row } from './copied-tables.ts'
import type { Source } from './endpoints.ts'

/** Bounds of one batch: rows, and UTF-16 units of text after which no row is added. */
const BATCH_ROWS = 1_000
const BATCH_TEXT = 1024 * 1024

/** The log in a data folder that no server is using. It is only read. */
export class SqliteSource implements Source {
  readonly name: string
  readonly #lock: DataDirectoryLock
  readonly #connection: Connection

  /** @throws {StartError} where there is none, where it is in use, or from another version */
  static open(folder: string): SqliteSource {
    const database = existingDatabase(folder)
    const lock = lockDataDirectory(folder)
    let connection: Connection | undefined
    try {
      // Not read-only: such a connection would leave its files beside the database when it closes.
      connection = connect(database)
      connection.pragma('query_only = ON')
      checkDatabase(connection, database)
      refuseOlder(appliedMigrations(connection), sqliteMigrations, database)
      return new SqliteSource(folder, lock, connection)
    } catch (error) {
      connection?.close()
      lock.release()
      throw error
    }
  }

  private constructor(folder: string, lock: DataDirectoryLock, connection: Connection) {
    this.name = folder
    this.#lock = lock
    this.#connection = connection
  }

  async count(table: CopiedTable): Promise<number> {
    return countRows(this.#connection, table)
  }

  read(table: CopiedTable) {
    return readRows(this.#connection, table)
  }

  async signingKey(): Promise<Buffer | undefined> {
    return readSigningKey(dataFiles(this.name).key)
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#lock.release()
  }
}

export function countRows(connection: Connection, { name }: CopiedTable): number {
  return connection.prepare<[], number>(`SELECT count(*) FROM ${name}`).pluck().get() as number
}

/** All rows of a table in their order, in batches. */
export async function* readRows(connection: Connection, table: CopiedTable): AsyncGenerator<Row[]> {
  const statement = connection
    .prepare<number[], Row>(pageQuery(table, () => '?', BATCH_ROWS))
    .raw() as unknown as { iterate(...place: number[]): Iterable<Row> }
  let batch = takeBatch(statement.iterate(...placeOf(table)))
  while (batch.length > 0) {
    yield batch
    batch = takeBatch(statement.iterate(...placeOf(table, batch.at(-1))))
  }
}

function takeBatch(rows: Iterable<Row>): Row[] {
  const batch: Row[] = []
  let length = 0
  for (const row of rows) {
    batch.push(row)
    for (const value of row) if (typeof value === 'string') length += value.length
    if (length > BATCH_TEXT) break
  }
  return batch
}
