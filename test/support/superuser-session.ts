import { connect, type Socket } from 'node:net'
import postgres from 'postgres'

/** A session that keeps this process running only during a statement. */
export class SuperuserSession {
  readonly #sql: postgres.Sql
  #socket: Socket | undefined

  constructor(url: string) {
    const { hostname, port } = new URL(url)
    const socket = () => {
      this.#socket = connect(Number(port), hostname)
      return this.#socket
    }
    // The timer of `max_lifetime` would keep this process running.
    const options = { max: 1, onnotice: () => {}, fetch_types: false, max_lifetime: null, socket }
    this.#sql = postgres(url, options as object)
  }

  async run(statements: string): Promise<void> {
    this.#socket?.ref()
    try {
      await this.#sql.unsafe(statements).simple()
    } finally {
      this.#socket?.unref()
    }
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 0 })
  }
}
