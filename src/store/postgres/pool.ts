import { Unavailable } from '../store.ts'
import type { Ask, Connection } from './connection.ts'
import { failureOf } from './failure.ts'
import { reach } from './reach.ts'

export interface PoolOptions {
  /** URLs of servers, tried in turn. */
  addresses: readonly string[]
  maxConnections: number
  /** How long for a connection, and how long for the answer on it, in ms. */
  answerMs: number
}

/**
 * Connections, each asked one thing at a time: what waits for a lock in the database holds up
 * nothing behind it. A call fails in time, whatever the network does, and its connection with it.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #idle: Connection[] = []
  /** Those that are open or being opened. */
  readonly #all = new Set<object>()
  /** Those who wait, first come first served; they look again for a connection when called. */
  readonly #waiting: (() => void)[] = []
  /** The index of the one that took the last. */
  #address = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /** @throws {Unavailable} */
  read<Answer>(ask: Ask<Answer>): Promise<Answer> {
    return this.#run(ask, false)
  }

  /**
   * @throws {Unavailable} certainly not done
   * @throws {OutcomeUnknown} perhaps done
   */
  write<Answer>(ask: Ask<Answer>): Promise<Answer> {
    return this.#run(ask, true)
  }

  /**
   * A connection beside those of the pool, for whoever keeps one: to the server that took the last,
   * or the next in turn.
   *
   * @throws what went wrong at the last of them, as the driver has it
   */
  async open(onRing?: (payload: string) => void): Promise<Connection> {
    const { addresses, answerMs } = this.#options
    const greetingMs = answerMs / addresses.length
    const reached = await reach(addresses, { greetingMs, first: this.#address, onRing })
    this.#address = reached.at
    return reached.connection
  }

  /** Takes no more, and resolves when what is under way has been answered. */
  async close(): Promise<void> {
    this.#closed = true
    for (const call of this.#waiting.splice(0)) call()
    while (this.#all.size > this.#idle.length) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    await Promise.all(this.#idle.map((connection) => connection.close()))
  }

  async #run<Answer>(ask: Ask<Answer>, writes: boolean): Promise<Answer> {
    const connection = await this.#take()
    return connection
      .run(ask, this.#options.answerMs)
      .catch((error) => {
        throw failureOf(error, writes)
      })
      .finally(() => this.#give(connection))
  }

  async #take(): Promise<Connection> {
    const deadline = performance.now() + this.#options.answerMs
    for (;;) {
      if (this.#closed) throw new Unavailable('The store is closed')
      const idle = this.#idle.pop()
      if (idle?.alive) return idle
      if (idle) this.#all.delete(idle)
      else if (this.#all.size < this.#options.maxConnections) return this.#open()
      else await this.#turn(deadline - performance.now())
    }
  }

  async #open(): Promise<Connection> {
    // Holds the place while it is being opened.
    const place = {}
    this.#all.add(place)
    const connection = await this.open().catch((error) => {
      this.#all.delete(place)
      this.#callNext()
      throw failureOf(error, false)
    })
    this.#all.delete(place)
    this.#all.add(connection)
    return connection
  }

  #give(connection: Connection): void {
    if (connection.alive) this.#idle.push(connection)
    else this.#all.delete(connection)
    this.#callNext()
  }

  #callNext(): void {
    this.#waiting.shift()?.()
  }

  #turn(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(called), 1)
        reject(new Unavailable('Too much is waiting for PostgreSQL'))
      }, ms)
      this.#waiting.push(called)
    })
  }
}
