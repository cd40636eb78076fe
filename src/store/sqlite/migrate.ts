import { applyMigrations, bundledMigrations, refuseNewer } from '../migrations.ts'
import { StartError } from '../start-error.ts'
import type { Connection } from './connection.ts'

/** "Obro" in ASCII, in the header of every database of Obrol. */
const APPLICATION_ID = 0x4f62726f

export const sqliteMigrations = bundledMigrations('sqlite')

/**
 * Brings a database to the schema of this version, each migration in a transaction of its own.
 *
 * @throws {StartError} where the database is not Obrol's, or is from a newer version
 */
export async function migrate(connection: Connection, folder = sqliteMigrations): Promise<void> {
  if (isEmpty(connection)) connection.pragma(`application_id = ${APPLICATION_ID}`)
  checkDatabase(connection, connection.name, folder)
  connection.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT')
  const record = connection.prepare('INSERT INTO migrations (name) VALUES (?)')
  const apply = connection.transaction((name: string, script: string) => {
    connection.exec(script)
    record.run(name)
  })
  const applied = appliedMigrations(connection)
  await applyMigrations(folder, applied, async (name, script) => apply(name, script))
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
