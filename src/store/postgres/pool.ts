import { Unavailable } from '../store-errors.ts'
import { classifyError } from './classify-error.ts'
import { connectToPrimary } from './connect-to-primary.ts'
import type { Connection, Query } from './connection.ts'

export interface PoolOptions {
  /** One URL for each server, tried in turn. */
  serverUrls: readonly string[]
  maxConnections: number
  /** For a free connection, and again for the answer, in ms. */
  queryTimeoutMs: number
}

/**
 * A pool whose connections run one query at a time, so that a query that waits for a lock delays no
 * other. A query that times out closes its connection, whatever the network does.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #idle: Connection[] = []
  /** Those that are open or being opened. */
  readonly #connections = new Set<object>()
  /** Calls that wait, first come first served. When woken they look for a connection again. */
  readonly #waiters: (() => void)[] = []
  /** The index of the server that accepted the last connection. */
  #serverIndex = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @throws {Unavailable} */
  read<Result>(query: Query<Result>): Promise<Result> {
    return this.#run(query, false)
  }

  /**
   * @throws {Unavailable} if nothing was written
   * @throws {OutcomeUnknown} if it may have been written
   */
  write<Result>(query: Query<Result>): Promise<Result> {
    return this.#run(query, true)
  }

  /**
   * Opens a connection that does not count as one of the pool. It tries the server of the last
   * connection first.
   *
   * @throws the error of the last server, as the driver reports it
   */
  async open(onNotification?: (payload: string) => void): Promise<Connection> {
    const { serverUrls, queryTimeoutMs } = this.#options
    const connectTimeoutMs = queryTimeoutMs / serverUrls.length
    const reached = await connectToPrimary(serverUrls, {
      connectTimeoutMs,
      first: this.#serverIndex,
      onNotification,
    })
    this.#serverIndex = reached.index
    return reached.connection
  }

  /** Rejects new calls, and resolves when the running ones have been answered. */
  async close(): Promise<void> {
    this.#closed = true
    for (const wake of this.#waiters.splice(0)) wake()
    while (this.#connections.size > this.#idle.length) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve))
    }
    await Promise.all(this.#idle.map((connection) => connection.close()))
  }

  async #run<Result>(query: Query<Result>, isWrite: boolean): Promise<Result> {
    const connection = await this.#acquire()
    return connection
      .run(query, this.#options.queryTimeoutMs)
      .catch((error) => {
        throw classifyError(error, isWrite)
      })
      .finally(() => this.#release(connection))
  }

  async #acquire(): Promise<Connection> {
    const deadline = performance.now() + this.#options.queryTimeoutMs
    for (;;) {
      if (this.#closed) throw new Unavailable('The store is closed')
      const idle = this.#idle.pop()
      if (idle?.alive) return idle
      if (idle) this.#connections.delete(idle)
      else if (this.#connections.size < this.#options.maxConnections) return this.#open()
      else await this.#waitForRelease(deadline - performance.now())
    }
  }

  async #open(): Promise<Connection> {
    // Counts as a connection while it is being opened.
    const placeholder = {}
    this.#connections.add(placeholder)
    const connection = await this.open().catch((error) => {
      this.#connections.delete(placeholder)
      this.#wakeNext()
      throw classifyError(error, false)
    })
    this.#connections.delete(placeholder)
    this.#connections.add(connection)
    return connection
  }

  #release(connection: Connection): void {
    if (connection.alive) this.#idle.push(connection)
    else this.#connections.delete(connection)
    this.#wakeNext()
  }

  #wakeNext(): void {
    this.#waiters.shift()?.()
  }

  #waitForRelease(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const wake = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(wake), 1)
        reject(new Unavailable('Too much is waiting for PostgreSQL'))
      }, timeoutMs)
      this.#waiters.push(wake)
    })
  }
}
