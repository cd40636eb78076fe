import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { type Connection, connect } from '../sqlite/connection.ts'
import {
  type DataDirectoryLock,
  dataFiles,
  fsyncFile,
  fsyncParentDirectory,
  lockDataDirectory,
  recreatePrivateFile,
} from '../sqlite/data-directory.ts'
import { checkDatabase, migrate } from '../sqlite/migrate.ts'
import { readSigningKey, writeSigningKey } from '../sqlite/signing-key.ts'
import { type CopiedTable, copiedTables } from './copied-tables.ts'
import { notEmptyError, type Row, type Target } from './endpoints.ts'
import { countRows, readRows } from './sqlite-rows.ts'

/**
 * A data folder that is to get a log. It is written to a file beside the database, which takes the
 * database's place at the end, whole and on the disk.
 */
export class SqliteTarget implements Target {
  readonly name: string
  readonly #lock: DataDirectoryLock
  readonly #newFile: string
  readonly #newKeyFile: string
  #connection: Connection

  /** @throws {StartError} where it holds a log already, is served, or cannot be used */
  static async open(folder: string): Promise<SqliteTarget> {
    const lock = lockDataDirectory(folder)
    try {
      refuseNonEmpty(folder)
    } catch (error) {
      lock.release()
      throw error
    }
    const target = new SqliteTarget(folder, lock)
    await migrate(target.#connection)
    target.#connection.exec('BEGIN')
    return target
  }

  private constructor(folder: string, lock: DataDirectoryLock) {
    this.name = folder
    this.#lock = lock
    const { database, key } = dataFiles(folder)
    this.#newFile = `${database}.new`
    this.#newKeyFile = `${key}.moved`
    this.#removeNewFiles()
    recreatePrivateFile(this.#newFile)
    // A file that nobody knows yet need not survive anything; it is put on the disk at the end.
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

  /** What is read from now on comes from the file. */
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
    fsyncFile(this.#newFile)
    // Until the rename it signs for nobody: what is there has no accounts.
    if (existsSync(this.#newKeyFile)) renameSync(this.#newKeyFile, key)
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
    fsyncParentDirectory(database)
    renameSync(this.#newFile, database)
    fsyncParentDirectory(database)
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#removeNewFiles()
    this.#lock.release()
  }

  /** Also what a move that was killed has left. */
  #removeNewFiles(): void {
    const parts = ['', '-wal', '-shm', '-journal'].map((suffix) => this.#newFile + suffix)
    for (const file of [...parts, this.#newKeyFile, `${this.#newKeyFile}.new`]) {
      rmSync(file, { force: true })
    }
  }
}

/** A folder in which a server was started, but nobody has ever registered, may be used. */
function refuseNonEmpty(folder: string): void {
  const { database } = dataFiles(folder)
  if (!existsSync(database)) return
  const connection = connect(database, { readonly: true })
  try {
    checkDatabase(connection, database)
    const there = connection.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all()
    for (const table of copiedTables.filter(
      ({ name }) => name !== 'epochs' && there.includes(name),
    )) {
      const count = countRows(connection, table)
      if (count > 0) throw notEmptyError(folder, count, table)
    }
  } finally {
    connection.close()
  }
}
