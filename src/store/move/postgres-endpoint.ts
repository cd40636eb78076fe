import { hostsAndDatabase } from '../../database-url.ts'
import { connectToPrimary } from '../postgres/connect-to-primary.ts'
import type { Connection } from '../postgres/connection.ts'
import { serverUrlsOf } from '../postgres/server-urls.ts'
import { keyAsHex, parseSigningKey } from '../postgres/signing-key.ts'
import { StartError } from '../start-error.ts'
import { type CopiedTable, copiedTables, orderValue, pageQuery } from './copied-tables.ts'
import type { Row, Source } from './endpoints.ts'

/** Rows of one batch: the longest that may be set, 100,000 code points each, still fit in memory. */
const BATCH_ROWS = 250

/** How long a server may take to be reached, in ms. */
const connectTimeoutMs = 5_000

/** A statement on a large log takes its time. In ms. */
const statementTimeoutMs = 3_600_000

/** A connection to the first of a URL's servers that takes writes. @throws {StartError} */
export async function connectEndpoint(databaseUrl: string): Promise<Connection> {
  try {
    const { connection } = await connectToPrimary(serverUrlsOf(databaseUrl), { connectTimeoutMs })
    return connection
  } catch (failure) {
    // The messages of the driver and of PostgreSQL name hosts and people, never a password.
    const { message } = failure as Error
    throw new StartError(`postgres://${hostsAndDatabase(databaseUrl)} cannot be used: ${message}`, {
      cause: failure,
    })
  }
}

/** A log in PostgreSQL, all of it in one transaction, in which nobody else writes. */
export class PostgresEndpoint implements Source {
  readonly name: string
  readonly #connection: Connection

  constructor(databaseUrl: string, connection: Connection) {
    this.name = `postgres://${hostsAndDatabase(databaseUrl)}`
    this.#connection = connection
  }

  /**
   * Begins the transaction.
   *
   * @param mode of the lock on every table, so that no server can write, nor start
   * @throws {StartError} where a server is running on it
   */
  async begin(mode: 'SHARE' | 'EXCLUSIVE'): Promise<void> {
    const names = [...copiedTables.map(({ name }) => name), 'signing_key', 'nodes']
    // Its snapshot is of the first query after the locks.
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
    const nextPage = pageQuery(table, '$1::bigint', BATCH_ROWS)
    let batch = await this.query(nextPage, [0])
    while (batch.length > 0) {
      yield batch
      batch = await this.query(nextPage, [orderValue(batch.at(-1) as Row)])
    }
  }

  async signingKey(): Promise<Buffer | undefined> {
    const [[key] = []] = await this.query(`SELECT ${keyAsHex} FROM signing_key`)
    return key === undefined ? undefined : parseSigningKey(key as string)
  }

  /** What was not committed is rolled back. */
  async close(): Promise<void> {
    await this.#connection.close()
  }

  /** Where there is always one row. */
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
