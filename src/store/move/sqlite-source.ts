import { existsSync } from 'node:fs'
import { type Connection, connect } from '../sqlite/connection.ts'
import { type DataDirectoryLock, dataFiles, lockDataDirectory } from '../sqlite/data-directory.ts'
import { checkDatabase } from '../sqlite/migrate.ts'
import { readSigningKey } from '../sqlite/signing-key.ts'
import { StartError } from '../start-error.ts'
import { checkSchema } from './check-schema.ts'
import type { CopiedTable } from './copied-tables.ts'
import type { Source } from './endpoints.ts'
import { countRows, readRows } from './sqlite-rows.ts'

/** The log in a data folder, which no server may have. Nothing in it changes. */
export class SqliteSource implements Source {
  readonly name: string
  readonly #lock: DataDirectoryLock
  readonly #connection: Connection

  /** @throws {StartError} where there is none, where it is served, or from another version */
  static open(folder: string): SqliteSource {
    const { database } = dataFiles(folder)
    if (!existsSync(database)) throw new StartError(`There is no database in ${folder}`)
    const lock = lockDataDirectory(folder)
    let connection: Connection | undefined
    try {
      // Not read-only, so that nothing is left beside the database when it is closed.
      connection = connect(database)
      connection.pragma('query_only = ON')
      checkDatabase(connection, database)
      checkSchema('sqlite', namesOfMigrations(connection), database)
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

function namesOfMigrations(connection: Connection): string[] {
  const table = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get()
  if (!table) return []
  return connection.prepare<[], string>('SELECT name FROM migrations').pluck().all()
}
