import { existsSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { type Connection, connect } from '../sqlite/connection.ts'
import {
  createAnew,
  type FolderLock,
  filesOf,
  lockFolder,
  syncFile,
  syncFolderOf,
} from '../sqlite/folder.ts'
import { checkDatabase, migrate } from '../sqlite/migrate.ts'
import { readKey, writeKey } from '../sqlite/signing-key.ts'
import { type NewHome, notEmpty, type Row } from './home.ts'
import { countRows, readRows } from './sqlite-home.ts'
import { type Table, tables } from './tables.ts'

/**
 * A data folder that is to get a log. It is written to a file beside the database, which takes the
 * database's place at the end, whole and on the disk.
 */
export class SqliteTarget implements NewHome {
  readonly name: string
  readonly #lock: FolderLock
  readonly #fresh: string
  readonly #freshKey: string
  #connection: Connection

  /** @throws {StartError} where it holds a log already, is served, or cannot be used */
  static async open(folder: string): Promise<SqliteTarget> {
    const lock = lockFolder(folder)
    try {
      refuseFull(folder)
    } catch (error) {
      lock.release()
      throw error
    }
    const target = new SqliteTarget(folder, lock)
    await migrate(target.#connection)
    target.#connection.exec('BEGIN')
    return target
  }

  private constructor(folder: string, lock: FolderLock) {
    this.name = folder
    this.#lock = lock
    const { database, key } = filesOf(folder)
    this.#fresh = `${database}.new`
    this.#freshKey = `${key}.moved`
    this.#sweep()
    createAnew(this.#fresh)
    // A file that nobody knows yet need not survive anything; it is put on the disk at the end.
    this.#connection = new Database(this.#fresh)
    this.#connection.pragma('journal_mode = OFF')
    this.#connection.pragma('synchronous = OFF')
    this.#connection.pragma('cache_size = -65536')
  }

  read(table: Table) {
    return readRows(this.#connection, table)
  }

  async write({ name, columns }: Table, rows: readonly Row[]): Promise<void> {
    const names = Object.keys(columns)
    const insert = this.#connection.prepare<Row>(
      `INSERT INTO ${name} (${names.join()}) VALUES (${names.map(() => '?').join()})`,
    )
    for (const row of rows) insert.run(...row)
  }

  /** What is read from now on comes from the file. */
  async settle(signingKey: Buffer | undefined): Promise<void> {
    if (signingKey) writeKey(this.#freshKey, signingKey)
    this.#connection.exec('COMMIT')
    this.#connection.close()
    this.#connection = connect(this.#fresh, { readonly: true })
  }

  async signingKey(): Promise<Buffer | undefined> {
    return readKey(this.#freshKey)
  }

  async finish(): Promise<void> {
    const { database, key } = filesOf(this.name)
    this.#connection.close()
    syncFile(this.#fresh)
    // Until the rename it signs for nobody: what is there has no accounts.
    if (existsSync(this.#freshKey)) renameSync(this.#freshKey, key)
    for (const suffix of ['-wal', '-shm']) rmSync(database + suffix, { force: true })
    syncFolderOf(database)
    renameSync(this.#fresh, database)
    syncFolderOf(database)
  }

  async close(): Promise<void> {
    this.#connection.close()
    this.#sweep()
    this.#lock.release()
  }

  /** Also what a move that was killed has left. */
  #sweep(): void {
    const parts = ['', '-wal', '-shm', '-journal'].map((suffix) => this.#fresh + suffix)
    for (const file of [...parts, this.#freshKey, `${this.#freshKey}.new`]) {
      rmSync(file, { force: true })
    }
  }
}

/** A folder in which a server was started, but nobody has ever registered, may be used. */
function refuseFull(folder: string): void {
  const { database } = filesOf(folder)
  if (!existsSync(database)) return
  const connection = connect(database, { readonly: true })
  try {
    checkDatabase(connection, database)
    const there = connection.prepare<[], string>('SELECT name FROM sqlite_schema').pluck().all()
    for (const table of tables.filter(({ name }) => name !== 'epochs' && there.includes(name))) {
      const count = countRows(connection, table)
      if (count > 0) throw notEmpty(folder, count, table)
    }
  } finally {
    connection.close()
  }
}
