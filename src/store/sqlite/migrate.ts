import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Umzug } from 'umzug'
import { StartError } from '../start-error.ts'
import type { Connection } from './connection.ts'

/** "Obro" in ASCII, in the header of every database of ours. */
const APPLICATION_ID = 0x4f62726f

/** Where the migrations of this version are. */
const bundledMigrations = fileURLToPath(new URL('../../../migrations/sqlite', import.meta.url))

/**
 * Brings a database to the schema of this version, each step whole or not at all.
 *
 * @throws {StartError} where the database is not Obrol's, or is from a newer version
 */
export async function migrate(connection: Connection, folder = bundledMigrations): Promise<void> {
  if (isEmpty(connection)) connection.pragma(`application_id = ${APPLICATION_ID}`)
  checkDatabase(connection, connection.name, folder)
  connection.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY) STRICT')
  const record = connection.prepare('INSERT INTO migrations (name) VALUES (?)')
  const umzug = new Umzug({
    migrations: migrationNames(folder).map((name) => ({
      name,
      up: async () => {
        const script = readFileSync(join(folder, name), 'utf8')
        connection.transaction(() => {
          connection.exec(script)
          record.run(name)
        })()
      },
    })),
    storage: {
      executed: async () => appliedMigrations(connection),
      logMigration: skipRecord,
      unlogMigration: skipRecord,
    },
    logger: undefined,
  })
  await umzug.up()
}

/**
 * @param label how the person at the terminal calls it
 * @throws {StartError} where a database is not one that this version can read
 */
export function checkDatabase(
  connection: Connection,
  label: string,
  folder = bundledMigrations,
): void {
  if (connection.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new StartError(`${label} is not a database of Obrol`)
  }
  const known = new Set(migrationNames(folder))
  const unknown = appliedMigrations(connection).find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new StartError(
      `${label} is from a newer version of Obrol (migration ${unknown} is not known here)`,
    )
  }
}

/** A migration is recorded with its script, in one transaction, and never taken back. */
async function skipRecord(): Promise<void> {}

function migrationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

/** In the order they were applied; none in a database that is yet to get its first. */
function appliedMigrations(connection: Connection): string[] {
  const table = connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get()
  if (!table) return []
  return connection.prepare<[], string>('SELECT name FROM migrations ORDER BY name').pluck().all()
}

function isEmpty(connection: Connection): boolean {
  return connection.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
}
