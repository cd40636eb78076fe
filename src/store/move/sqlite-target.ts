import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { type Connection, connect } from '../sqlite/connection.ts'
import { type DataDirectoryLock, dataFiles, lockDataDirectory } from '../sqlite/data-directory.ts'
import { checkDatabase, migrate } from '../sqlite/migrate.ts'
import { recreatePrivateFile } from '../sqlite/private-files.ts'
import { removeDatabase, replaceDatabase } from '../sqlite/replace-database.ts'
import { readSigningKey, writeSigningKey } from '../sqlite/signing-key.ts'
import type { CopiedTable, Row } from './copied-tables.ts'
import { refuseNonEmpty, type Target } from './endpoints.ts'
import { countRows, readRows } from './sqlite-source.ts'

/**
 * A data folder without a log. The log is written to a file beside the database, which takes the
 * database's place at the end.
 */
export class SqliteTarget implements Target {
  readonly name: string
  readonly #lock: DataDirectoryLock
  readonly #newFile: string
  readonly #newKeyFile: string
  #connection: Connection

  /**
   * @param migrations a folder of `.sql` files; default: those of this version
   * @throws {StartError} where it holds a log already, is in use, or cannot be used
   */
  static async open(folder: string, migrations?: string): Promise<SqliteTarget> {
    const lock = lockDataDirectory(folder)
    let target: SqliteTarget | undefined
    try {
      await refuseNonEmptyFolder(folder)
      target = new SqliteTarget(folder, lock)
      migrate(target.#connection, migrations)
      target.#connection.exec('BEGIN; DELETE FROM audiences')
      return target
    } catch (error) {
      if (target) await target.close()
      else lock.release()
      throw error
    }
  }

  private constructor(folder: string, lock: DataDirectoryLock) {
    this.name = folder
    this.#lock = lock
    const { database, key } = dataFiles(folder)
    this.#newFile = `${database}.new`
    this.#newKeyFile = `${key}.moved`
    this.#removeNewFiles()
    recreatePrivateFile(this.#newFile)
    // Nothing uses the file yet, so it need not survive a crash; `commit` makes it durable.
    this.#connection = new Database(this.#newFile)
    this.#connection.pragma('journal_mode = OFF')
    this.#connection.pragma('synchronous = OFF')
    this.#connection.pragma('cache_size = -65536')
  }

  read(table: CopiedTable) {
    return readRows(this.#connection, table)
  }

  async write({ name, columns }: CopiedTable, rows: readonly Row[]): Promise<void> {
    const names = Object.keys(columns)
    const insert = this.#connection.prepare<Row>(
      `INSERT INTO ${name} (${names.join()}) VALUES (${names.map(() => '?').join()})`,
    )
    for (const row of rows) insert.run(...row)
  }

  /** Opens the file again, so that later reads come from it. */
  async finishRows(signingKey: Buffer | undefined): Promise<void> {
    if (signingKey) writeSigningKey(this.#newKeyFile, signingKey)
    this.#connection.exec('COMMIT')
    this.#connection.close()
    this.#connection = connect(this.#newFile, { readonly: true })
  }

  async signingKey(): Promise<Buffer | undefined> {
    return readSigningKey(this.#newKeyFile)
  }

  async commit(): Promise<void> {
    const { database, key } = dataFiles(this.name)
    this.#connection.close()
    replaceDatabase(database, this.#newFile, () => {
      // The old database has no accounts, so the new key can come before the new database.
      if (existsSync(this.#newKeyFile)) renameSync(this.#newKeyFile, key)
    })
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#removeNewFiles()
    this.#lock.release()
  }

  /** Also those of an earlier move that was killed. */
  #removeNewFiles(): void {
    removeDatabase(this.#newFile)
    for (const file of [this.#newKeyFile, `${this.#newKeyFile}.new`]) rmSync(file, { force: true })
  }
}

async function refuseNonEmptyFolder(folder: string): Promise<void> {
  const { database } = dataFiles(folder)
  if (!existsSync(database)) return
  const connection = connect(database, { readonly: true })
  try {
    checkDatabase(connection, database)
    const tables = connection.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all()
    await refuseNonEmpty(folder, (table) =>
      tables.includes(table.name) ? countRows(connection, table) : 0,
    )
  } finally {
    connection.close()
  }
}
