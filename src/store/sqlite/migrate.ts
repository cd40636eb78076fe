import { bundledMigrations, type Migration, missingMigrations, refuseNewer } from '../migrations.ts'
import { StartError } from '../start-error.ts'
import { type OnUpgrade, reportUpgrade } from '../upgrade-event.ts'
import type { Connection } from './connection.ts'
import { rewrittenTables, runScript } from './migration-script.ts'

/** "Obro" in ASCII, in the header of every database of Obrol. */
export const APPLICATION_ID = 0x4f62726f

export const sqliteMigrations = bundledMigrations('sqlite')

/**
 * Brings a database to the schema of this version, each migration in a transaction of its own. One that
 * rewrites tables needs them empty: `upgradeIntoNewFile` is for those with rows. Nothing is reported of a new
 * database.
 *
 * @throws {StartError} where the database is not Obrol's, or is from a newer version
 */
export function migrate(
  connection: Connection,
  folder = sqliteMigrations,
  onUpgrade?: OnUpgrade,
): void {
  if (isEmpty(connection)) connection.pragma(`application_id = ${APPLICATION_ID}`)
  checkDatabase(connection, connection.name, folder)
  connection.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT')
  const record = connection.prepare('INSERT INTO migrations (name) VALUES (?)')
  const apply = connection.transaction(({ name, script }: Migration) => {
    runScript(connection, script)
    record.run(name)
  })
  const applied = appliedMigrations(connection)
  const onMigration = applied.length > 0 ? onUpgrade : undefined
  for (const migration of missingMigrations(folder, applied)) {
    const done = reportUpgrade(onMigration, migration.name)
    const tables = rewrittenTables(migration.script)
    if (tables.length > 0) attachEmpty(connection, tables)
    apply(migration)
    if (tables.length > 0) connection.exec('DETACH old')
    done()
  }
}

/** The schema `old` with tables like those of the database, which have no rows. */
function attachEmpty(connection: Connection, tables: readonly string[]): void {
  connection.exec("ATTACH ':memory:' AS old")
  const definition = connection
    .prepare<[string], string>(
      "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?",
    )
    .pluck()
  for (const table of tables)
    connection.exec((definition.get(table) as string).replace('TABLE ', 'TABLE old.'))
}

/**
 * @param label the name of the database in errors
 * @throws {StartError} where a database is not one that this version can read
 */
export function checkDatabase(
  connection: Connection,
  label: string,
  folder = sqliteMigrations,
): void {
  if (connection.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new StartError(`${label} is not a database of Obrol`)
  }
  refuseNewer(appliedMigrations(connection), folder, label)
}

/** None in a new database, which has no table of them yet. */
export function appliedMigrations(connection: Connection): string[] {
  const table = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get()
  if (!table) return []
  return connection.prepare<[], string>('SELECT name FROM migrations ORDER BY name').pluck().all()
}

function isEmpty(connection: Connection): boolean {
  return connection.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
}
