import { Unavailable } from '../store.ts'
import { classifyError } from './classify-error.ts'
import { connectToPrimary } from './connect-to-primary.ts'
import type { Connection, Query } from './connection.ts'

export interface PoolOptions {
  /** URLs of servers, tried in turn. */
  serverUrls: readonly string[]
  maxConnections: number
  /** How long for a connection, and how long for the answer on it, in ms. */
  queryTimeoutMs: number
}

/**
 * Connections, each asked one thing at a time: what waits for a lock in the database holds up
 * nothing behind it. A call fails in time, whatever the network does, and its connection with it.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #idle: Connection[] = []
  /** Those that are open or being opened. */
  readonly #connections = new Set<object>()
  /** Those who wait, first come first served; they look again for a connection when called. */
  readonly #waiters: (() => void)[] = []
  /** The index of the one that took the last. */
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
   * @throws {Unavailable} certainly not done
   * @throws {OutcomeUnknown} perhaps done
   */
  write<Result>(query: Query<Result>): Promise<Result> {
    return this.#run(query, true)
  }

  /**
   * A connection beside those of the pool, for whoever keeps one: to the server that took the last,
   * or the next in turn.
   *
   * @throws what went wrong at the last of them, as the driver has it
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

  /** Takes no more, and resolves when what is under way has been answered. */
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
    // Holds the place while it is being opened.
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
