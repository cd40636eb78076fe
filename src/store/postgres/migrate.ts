import { bundledMigrations, missingMigrations, refuseNewer } from '../migrations.ts'
import { StartError } from '../start-error.ts'
import { type OnUpgrade, reportUpgrade } from '../upgrade-event.ts'
import { locks, runExclusively, type Transaction } from './advisory-locks.ts'
import type { Connection } from './connection.ts'

export const postgresMigrations = bundledMigrations('postgres')

/**
 * Brings a database to the schema of this version: all missing migrations in one transaction, during
 * which no other node migrates. Nothing is reported of a new database.
 *
 * @throws {StartError} where the database is from a newer version
 */
export async function migrate(
  connection: Connection,
  folder = postgresMigrations,
  onUpgrade?: OnUpgrade,
): Promise<void> {
  await runExclusively(connection, locks.migrations, async (sql) => {
    await checkSchema(sql)
    await sql`CREATE TABLE IF NOT EXISTS migrations (name text COLLATE "C" PRIMARY KEY)`
    const applied = await appliedMigrations(sql)
    refuseNewer(applied, folder, 'The database')
    const onMigration = applied.length > 0 ? onUpgrade : undefined
    for (const { name, script } of missingMigrations(folder, applied)) {
      const done = reportUpgrade(onMigration, name)
      await apply(sql, name, script)
      done()
    }
  })
}

/** Without this check a log in another schema than the session's would seem to be gone. */
async function checkSchema(sql: Transaction): Promise<void> {
  const [log] = await sql<{ here: boolean; schema: string }[]>`
    SELECT nspname = current_schema() AS here, quote_ident(nspname) AS schema
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relname = 'signing_key' AND relkind = 'r' ORDER BY here DESC LIMIT 1`
  if (!log || log.here) return
  throw new StartError(
    `The log is in the schema ${log.schema} of the database: ` +
      `add ?search_path=${encodeURIComponent(log.schema)} to its URL`,
  )
}

async function apply(sql: Transaction, name: string, script: string): Promise<void> {
  await sql.unsafe(script).simple()
  await sql`INSERT INTO migrations (name) VALUES (${name})`
}

async function appliedMigrations(sql: Transaction): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`SELECT name FROM migrations ORDER BY name`
  return rows.map(({ name }) => name)
}
