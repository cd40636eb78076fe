import { hostsAndDatabase } from '../../database-url.ts'
import { refuseNewer, refuseOlder } from '../migrations.ts'
import { describeError } from '../postgres/classify-error.ts'
import { connectToPrimary, serverUrlsOf } from '../postgres/connect-to-primary.ts'
import type { Connection } from '../postgres/connection.ts'
import { postgresMigrations } from '../postgres/migrate.ts'
import { keyAsHex, parseSigningKey } from '../postgres/signing-key.ts'
import { StartError } from '../start-error.ts'
import { type CopiedTable, copiedTables, pageQuery, placeOf, type Row } from './copied-tables.ts'
import type { Endpoint, Source } from './endpoints.ts'

/** Rows of one batch. Even with texts of the longest setting, 100,000 code points, it fits in memory. */
const BATCH_ROWS = 250

const connectTimeoutMs = 5_000

/** For counting and sorting a large log. */
const statementTimeoutMs = 3_600_000

/** A connection to the first of a URL's servers that takes writes. @throws {StartError} */
export async function connectEndpoint(databaseUrl: string): Promise<Connection> {
  try {
    const { connection } = await connectToPrimary(serverUrlsOf(databaseUrl), { connectTimeoutMs })
    return connection
  } catch (error) {
    const name = `postgres://${hostsAndDatabase(databaseUrl)}`
    throw new StartError(`${name} cannot be used: ${describeError(error as Error)}`, {
      cause: error,
    })
  }
}

/** A log in PostgreSQL, used in one transaction during which nobody else writes. */
export class PostgresEndpoint implements Endpoint {
  readonly name: string
  readonly #connection: Connection

  constructor(databaseUrl: string, connection: Connection) {
    this.name = `postgres://${hostsAndDatabase(databaseUrl)}`
    this.#connection = connection
  }

  /**
   * Begins the transaction.
   *
   * @param mode of the lock on every table, so that no server can write or start
   * @throws {StartError} where a server is running on it
   */
  async begin(mode: 'SHARE' | 'EXCLUSIVE'): Promise<void> {
    const names = [...copiedTables.map(({ name }) => name), 'signing_key', 'nodes']
    // The snapshot is taken by the first query after the locks.
    await this.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await this.query('SET LOCAL statement_timeout = 0')
    await this.query('SET LOCAL idle_in_transaction_session_timeout = 0')
    try {
      await this.query(`LOCK TABLE ${names.join()} IN ${mode} MODE`)
    } catch (error) {
      // 55P03: lock_not_available
      if ((error as { code?: string }).code !== '55P03') throw error
      throw new StartError(`${this.name} is in use: something else is writing to it`)
    }
    const [servers] = await this.queryOne(
      'SELECT count(*) FROM nodes WHERE NOT closed AND lease_until > obrol_now()',
    )
    if (servers) {
      throw new StartError(
        `${this.name} is in use: ${servers} of its servers are running, or died a moment ago. ` +
          'Stop them; those that died count until PRESENCE_LEASE_MS is over',
      )
    }
  }

  async count({ name }: CopiedTable): Promise<number> {
    const [count] = await this.queryOne(`SELECT count(*) FROM ${name}`)
    return count as number
  }

  async *read(table: CopiedTable): AsyncGenerator<Row[]> {
    const nextPage = pageQuery(table, (nth) => `$${nth}::bigint`, BATCH_ROWS)
    let batch = await this.query(nextPage, placeOf(table))
    while (batch.length > 0) {
      yield batch
      batch = await this.query(nextPage, placeOf(table, batch.at(-1)))
    }
  }

  async signingKey(): Promise<Buffer | undefined> {
    const [[key] = []] = await this.query(`SELECT ${keyAsHex} FROM signing_key`)
    return key === undefined ? undefined : parseSigningKey(key as string)
  }

  /** PostgreSQL rolls back what was not committed. */
  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** For a query that always has one row. */
  protected async queryOne(statement: string): Promise<Row> {
    return (await this.query(statement))[0] as Row
  }

  protected async query(statement: string, parameters: (string | number)[] = []): Promise<Row[]> {
    return await this.#connection.run<Row[]>(
      (sql) => sql.unsafe(statement, parameters, { prepare: true }).values() as PromiseLike<Row[]>,
      statementTimeoutMs,
    )
  }
}

/** The log in a PostgreSQL database that no server is using. It is only read. */
export class PostgresSource extends PostgresEndpoint implements Source {
  /** @throws {StartError} where there is none, where it is in use, or from another version */
  static async open(databaseUrl: string): Promise<PostgresSource> {
    const source = new PostgresSource(databaseUrl, await connectEndpoint(databaseUrl))
    try {
      const [migrations] = await source.queryOne("SELECT to_regclass('migrations')::text")
      if (!migrations) throw new StartError(`There is no log of Obrol in ${source.name}`)
      const applied = (await source.query('SELECT name FROM migrations')).flat() as string[]
      refuseNewer(applied, postgresMigrations, source.name)
      refuseOlder(applied, postgresMigrations, source.name)
      await source.begin('SHARE')
      return source
    } catch (error) {
      await source.close()
      throw error
    }
  }
}
