import type { Connection, Query } from './connection.ts'
import type { Pool } from './pool.ts'

/**
 * Listens to the channel of the log. A poll runs many times a second, and planning it each time would
 * take longer than running it.
 */
const listenStatement = 'LISTEN obrol; SET plan_cache_mode = force_generic_plan'

export interface ListeningConnectionOptions {
  /** For each query, in ms. */
  queryTimeoutMs: number
  onNotification: (payload: string) => void
}

/** A connection outside the pool that is notified of changes. One that was lost can be opened again. */
export class ListeningConnection {
  readonly #pool: Pool
  readonly #options: ListeningConnectionOptions
  #connection: Connection | undefined

  constructor(pool: Pool, options: ListeningConnectionOptions) {
    this.#pool = pool
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#connection?.alive === true
  }

  /**
   * Opens the connection.
   *
   * @param prepare runs before it listens
   * @throws as the driver does, or `prepare`
   */
  async open(prepare?: (connection: Connection) => Promise<void>): Promise<void> {
    const { onNotification, queryTimeoutMs } = this.#options
    const connection = await this.#pool.open(onNotification)
    try {
      await prepare?.(connection)
      await connection.run((sql) => sql.unsafe(listenStatement).simple(), queryTimeoutMs)
    } catch (error) {
      // It could be polled through, and would never notify.
      await connection.close()
      throw error
    }
    this.#connection = connection
  }

  /** It must have been opened. @throws as the driver does */
  run<Result>(query: Query<Result>): Promise<Result> {
    return (this.#connection as Connection).run(query, this.#options.queryTimeoutMs)
  }

  async close(): Promise<void> {
    await this.#connection?.close()
  }
}
