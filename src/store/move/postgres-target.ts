import { migrate } from '../postgres/migrate.ts'
import { type NewHome, notEmpty, type Row } from './home.ts'
import { connectTo, PostgresHome } from './postgres-home.ts'
import { type Table, tables } from './tables.ts'

/** A PostgreSQL that is to get a log, in one transaction. */
export class PostgresTarget extends PostgresHome implements NewHome {
  /** @throws {StartError} where it holds a log already, is in use, or cannot be used */
  static async open(databaseUrl: string): Promise<PostgresTarget> {
    const connection = await connectTo(databaseUrl)
    const target = new PostgresTarget(databaseUrl, connection)
    try {
      await migrate(connection)
      await target.begin('EXCLUSIVE')
      // They were checked where they come from.
      await target.ask("SET LOCAL obrol.names = 'checked'")
      await target.#empty()
      return target
    } catch (error) {
      await target.close()
      throw error
    }
  }

  async write({ name, columns }: Table, rows: readonly Row[]): Promise<void> {
    const names = Object.keys(columns)
    const records = rows.map((row) => Object.fromEntries(names.map((key, at) => [key, row[at]])))
    await this.ask(
      `INSERT INTO ${name} (${names.join()})
       SELECT ${names.join()} FROM json_populate_recordset(NULL::${name}, $1::text::json)`,
      [JSON.stringify(records)],
    )
  }

  async settle(signingKey: Buffer | undefined): Promise<void> {
    if (signingKey) {
      const base64 = signingKey.toString('base64')
      await this.ask("INSERT INTO signing_key (key) VALUES (decode($1, 'base64'))", [base64])
    }
    await this.ask(
      'UPDATE trimmed SET up_to = (SELECT min(id) - 1 FROM entries) WHERE EXISTS (SELECT FROM entries)',
    )
    await this.ask(
      `SELECT setval(pg_get_serial_sequence('accounts', 'id'), max(id))
       FROM accounts HAVING max(id) > 0`,
    )
  }

  async finish(): Promise<void> {
    await this.ask('COMMIT')
  }

  /** A database on which servers were started, but nobody has ever registered, may be used. */
  async #empty(): Promise<void> {
    for (const table of tables.filter(({ name }) => name !== 'epochs')) {
      const count = await this.count(table)
      if (count > 0) throw notEmpty(this.name, count, table)
    }
    // Its own past was nobody's, and what comes has its own.
    await this.ask('DELETE FROM epochs')
    await this.ask('DELETE FROM signing_key')
    await this.ask('DELETE FROM name_forms')
  }
}
