import { migrate } from '../postgres/migrate.ts'
import { type CopiedTable, copiedTables } from './copied-tables.ts'
import { notEmptyError, type Row, type Target } from './endpoints.ts'
import { connectEndpoint, PostgresEndpoint } from './postgres-endpoint.ts'

/** A PostgreSQL that is to get a log, in one transaction. */
export class PostgresTarget extends PostgresEndpoint implements Target {
  /** @throws {StartError} where it holds a log already, is in use, or cannot be used */
  static async open(databaseUrl: string): Promise<PostgresTarget> {
    const connection = await connectEndpoint(databaseUrl)
    const target = new PostgresTarget(databaseUrl, connection)
    try {
      await migrate(connection)
      await target.begin('EXCLUSIVE')
      // They were checked where they come from.
      await target.query("SET LOCAL obrol.names = 'checked'")
      await target.#clear()
      return target
    } catch (error) {
      await target.close()
      throw error
    }
  }

  async write({ name, columns }: CopiedTable, rows: readonly Row[]): Promise<void> {
    const names = Object.keys(columns)
    const records = rows.map((row) => Object.fromEntries(names.map((key, at) => [key, row[at]])))
    await this.query(
      `INSERT INTO ${name} (${names.join()})
       SELECT ${names.join()} FROM json_populate_recordset(NULL::${name}, $1::text::json)`,
      [JSON.stringify(records)],
    )
  }

  async finishRows(signingKey: Buffer | undefined): Promise<void> {
    if (signingKey) {
      const base64 = signingKey.toString('base64')
      await this.query("INSERT INTO signing_key (key) VALUES (decode($1, 'base64'))", [base64])
    }
    await this.query(
      'UPDATE trimmed SET up_to = (SELECT min(id) - 1 FROM entries) WHERE EXISTS (SELECT FROM entries)',
    )
    await this.query(
      `SELECT setval(pg_get_serial_sequence('accounts', 'id'), max(id))
       FROM accounts HAVING max(id) > 0`,
    )
  }

  async commit(): Promise<void> {
    await this.query('COMMIT')
  }

  /** A database on which servers were started, but nobody has ever registered, may be used. */
  async #clear(): Promise<void> {
    for (const table of copiedTables.filter(({ name }) => name !== 'epochs')) {
      const count = await this.count(table)
      if (count > 0) throw notEmptyError(this.name, count, table)
    }
    // Its own past was nobody's, and what comes has its own.
    await this.query('DELETE FROM epochs')
    await this.query('DELETE FROM signing_key')
    await this.query('DELETE FROM name_forms')
  }
}
