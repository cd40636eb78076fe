import { migrate } from '../postgres/migrate.ts'
import type { CopiedTable, Row } from './copied-tables.ts'
import { refuseNonEmpty, type Target } from './endpoints.ts'
import { connectEndpoint, PostgresEndpoint } from './postgres-source.ts'

/** A PostgreSQL database without a log. Everything is written in one transaction. */
export class PostgresTarget extends PostgresEndpoint implements Target {
  /** @throws {StartError} where it holds a log already, is in use, or cannot be used */
  static async open(databaseUrl: string): Promise<PostgresTarget> {
    const connection = await connectEndpoint(databaseUrl)
    const target = new PostgresTarget(databaseUrl, connection)
    try {
      await migrate(connection)
      await target.begin('EXCLUSIVE')
      // The source has checked its names.
      await target.query("SET LOCAL obrol.names = 'checked'")
      await refuseNonEmpty(target.name, (table) => target.count(table))
      for (const table of ['audiences', 'epochs', 'signing_key', 'name_forms'])
        await target.query(`DELETE FROM ${table}`)
      return target
    } catch (error) {
      await target.close()
      throw error
    }
  }

  async write({ name, columns, lists }: CopiedTable, rows: readonly Row[]): Promise<void> {
    const names = Object.keys(columns)
    const valueFor = (key: string, value: Row[number] | undefined) =>
      lists.includes(key) && value ? JSON.parse(value as string) : value
    const records = rows.map((row) =>
      Object.fromEntries(names.map((key, at) => [key, valueFor(key, row[at])])),
    )
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
    // On SQLite a trigger has made them.
    await this.query(
      `INSERT INTO mentions (account_id, audience_id, message_id)
       SELECT account, audience_id, id FROM entries CROSS JOIN LATERAL unnest(mentions) AS account
       WHERE account <> actor_id`,
    )
    for (const table of ['accounts', 'audiences', 'audit']) {
      await this.query(
        `SELECT setval(pg_get_serial_sequence('${table}', 'id'), max(id))
         FROM ${table} HAVING max(id) > 0`,
      )
    }
  }

  async commit(): Promise<void> {
    await this.query('COMMIT')
  }
}
