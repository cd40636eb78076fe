import { existsSync } from 'node:fs'
import { type Connection, connect } from '../sqlite/connection.ts'
import { type FolderLock, filesOf, lockFolder } from '../sqlite/folder.ts'
import { checkDatabase } from '../sqlite/migrate.ts'
import { readKey } from '../sqlite/signing-key.ts'
import { StartError } from '../store.ts'
import type { OldHome } from './home.ts'
import { checkSchema } from './schema.ts'
import { countRows, readRows } from './sqlite-home.ts'
import type { Table } from './tables.ts'

/** The log in a data folder, which no server may have. Nothing in it changes. */
export class SqliteSource implements OldHome {
  readonly name: string
  readonly #lock: FolderLock
  readonly #connection: Connection

  /** @throws {StartError} where there is none, where it is served, or from another version */
  static open(folder: string): SqliteSource {
    const { database } = filesOf(folder)
    if (!existsSync(database)) throw new StartError(`There is no database in ${folder}`)
    const lock = lockFolder(folder)
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

  private constructor(folder: string, lock: FolderLock, connection: Connection) {
    this.name = folder
    this.#lock = lock
    this.#connection = connection
  }

  async count(table: Table): Promise<number> {
    return countRows(this.#connection, table)
  }

  read(table: Table) {
    return readRows(this.#connection, table)
  }

  async signingKey(): Promise<Buffer | undefined> {
    return readKey(filesOf(this.name).key)
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
