import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { type Migration, missingMigrations } from '../migrations.ts'
import { StartError } from '../start-error.ts'
import { type OnUpgrade, reportUpgrade } from '../upgrade-event.ts'
import { type Connection, connect } from './connection.ts'
import { APPLICATION_ID, appliedMigrations, checkDatabase, sqliteMigrations } from './migrate.ts'
import { type OnStep, rewrittenTables, runScript } from './migration-script.ts'
import { recreatePrivateFile } from './private-files.ts'
import { removeDatabase, replaceDatabase } from './replace-database.ts'
import { keepCopy } from './upgrade-copies.ts'

const MEGABYTE = 1_000_000

export interface UpgradeOptions {
  /** A folder of `.sql` files; default: those of this version. */
  migrations?: string | undefined
  /** The most pages that the new database may have. */
  maxPages?: number | undefined
  /** Unix ms. */
  now: number
  onUpgrade?: OnUpgrade | undefined
}

/**
 * Carries out the migrations that write tables anew, and those before them, into a new file beside the
 * database, which then takes its place. Copying into a new file takes a third of the time and of the disk
 * that one transaction takes, and the old file stays as a way back, under another name.
 *
 * The folder is locked by this process. After a crash at any point the folder holds the old database or the
 * new one, each whole.
 *
 * @throws {StartError} where that failed; then the database is as it was
 */
export function upgradeIntoNewFile(database: string, options: UpgradeOptions): void {
  const { migrations = sqliteMigrations, maxPages, now, onUpgrade } = options
  const missing = migrationsToCopyFor(database, migrations)
  const last = missing.at(-1)
  if (last === undefined) return
  const newFile = `${database}.new`
  const report = (step: string, percent?: number) =>
    onUpgrade?.({ event: 'upgrading', migration: last.name, step, percent })
  const done = reportUpgrade(onUpgrade, last.name)
  try {
    removeDatabase(newFile)
    checkpoint(database)
    recreatePrivateFile(newFile)
    build(newFile, database, { missing, maxPages, report })
    report('writing to the disk')
    replaceDatabase(database, newFile, () => keepCopy(database, last.name, now))
    done()
  } catch (error) {
    throw new StartError(
      `${database} cannot be upgraded, and is as it was: ${(error as Error).message}${hint(error, database)}`,
      { cause: error },
    )
  } finally {
    removeDatabase(newFile)
  }
}

/** Those up to the last one that rewrites tables; none in a database that is new or has them all. */
function migrationsToCopyFor(database: string, folder: string): Migration[] {
  const connection = connect(database)
  try {
    const applied = appliedMigrations(connection)
    if (applied.length === 0) return []
    checkDatabase(connection, database, folder)
    const missing = missingMigrations(folder, applied)
    const last = missing.findLastIndex(({ script }) => rewrittenTables(script).length > 0)
    return missing.slice(0, last + 1)
  } finally {
    connection.close()
  }
}

/**
 * Brings the write-ahead log into the database, since the file alone is kept.
 *
 * @throws {StartError} where another process is reading it
 */
function checkpoint(database: string): void {
  const connection = connect(database)
  try {
    const busy = connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true })
    if (busy !== 0) throw new StartError('another process, perhaps a backup, is reading it')
  } finally {
    connection.close()
  }
}

interface Build {
  missing: readonly Migration[]
  maxPages: number | undefined
  report: OnStep
}

/** Fills the new file. Nothing uses it yet, so it need not survive a crash. */
function build(newFile: string, database: string, { missing, maxPages, report }: Build): void {
  const connection = new Database(newFile)
  try {
    connection.pragma('journal_mode = MEMORY')
    connection.pragma('synchronous = OFF')
    connection.pragma('foreign_keys = OFF')
    connection.pragma(`application_id = ${APPLICATION_ID}`)
    if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`)
    // The conversations of 5,000,000 messages are looked up in it.
    connection.pragma('cache_size = -65536')
    connection.prepare('ATTACH ? AS old').run(database)
    connection.exec('BEGIN')
    report('copying the accounts')
    copyTables(connection, new Set(missing.flatMap(({ script }) => rewrittenTables(script))))
    const record = connection.prepare('INSERT INTO migrations (name) VALUES (?)')
    for (const { name, script } of missing) {
      runScript(connection, script, report)
      record.run(name)
    }
    connection.exec('COMMIT')
  } finally {
    connection.close()
  }
}

/** Copies all tables of `old` with their indexes and triggers; of those that are rewritten, the columns alone. */
function copyTables(connection: Connection, rewritten: ReadonlySet<string>): void {
  const schema = connection
    .prepare<[], { type: string; name: string; table: string; sql: string }>(
      `SELECT type, name, tbl_name AS "table", sql FROM old.sqlite_schema
       WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table' DESC`,
    )
    .all()
  for (const { type, name, table, sql } of schema) {
    if (type === 'table') connection.exec(sql)
    if (rewritten.has(table)) continue
    connection.exec(
      type === 'table' ? `INSERT INTO main."${name}" SELECT * FROM old."${name}"` : sql,
    )
  }
}

/** What to do where the disk was full. */
function hint(error: unknown, database: string): string {
  if ((error as { code?: string }).code !== 'SQLITE_FULL') return ''
  const { bavail, bsize } = statfsSync(dirname(database))
  const [needed, free] = [statSync(database).size * 1.5, bavail * bsize].map((bytes) =>
    Math.ceil(bytes / MEGABYTE),
  )
  return `. It takes about ${needed} MB beside it, of which ${free} MB are free`
}
