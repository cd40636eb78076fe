import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TransactionSql } from 'postgres'
import { Umzug } from 'umzug'
import { StartError } from '../start-error.ts'
import type { Connection } from './connection.ts'

type Transaction = TransactionSql<{ bigint: number }>

/** Where the migrations of this version are. */
const bundledMigrations = fileURLToPath(new URL('../../../migrations/postgres', import.meta.url))

/** A migration of a large log takes its time, and other nodes wait for it. */
const timeoutMs = 600_000

/**
 * Brings a database to the schema of this version, wholly or not at all: all that is new to it goes
 * into one transaction, in which no other node migrates.
 *
 * @throws {StartError} where the database is from a newer version
 */
export async function migrate(connection: Connection, folder = bundledMigrations): Promise<void> {
  await connection.run(
    (sql) =>
      sql.begin(async (sql) => {
        await lockMigrations(sql)
        await checkDatabase(sql, folder)
        const umzug = new Umzug({
          migrations: migrationNames(folder).map((name) => ({
            name,
            up: () => apply(sql, name, readFileSync(join(folder, name), 'utf8')),
          })),
          storage: {
            executed: () => appliedMigrations(sql),
            logMigration: skipRecord,
            unlogMigration: skipRecord,
          },
          logger: undefined,
        })
        await umzug.up()
      }),
    timeoutMs,
  )
}

/** Waits for other nodes that migrate, and keeps them waiting until the transaction ends. */
async function lockMigrations(sql: Transaction): Promise<void> {
  const timeout = `${timeoutMs}ms`
  await sql`
    SELECT set_config('lock_timeout', ${timeout}, true),
      set_config('statement_timeout', ${timeout}, true)`
  await sql`SELECT pg_advisory_xact_lock(1331851887, 4)`
}

async function checkDatabase(sql: Transaction, folder: string): Promise<void> {
  await checkSchema(sql)
  await sql`CREATE TABLE IF NOT EXISTS migrations (name text COLLATE "C" PRIMARY KEY)`
  const known = new Set(migrationNames(folder))
  const unknown = (await appliedMigrations(sql)).find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new StartError(
      `The database is from a newer version of Obrol (migration ${unknown} is not known here)`,
    )
  }
}

/** A log that is in another schema than this session looks in must not seem to be gone. */
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

/** A migration is recorded with its script, in one transaction, and never taken back. */
async function skipRecord(): Promise<void> {}

function migrationNames(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
}

async function appliedMigrations(sql: Transaction): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`SELECT name FROM migrations ORDER BY name`
  return rows.map(({ name }) => name)
}
