import { connect, type Socket } from 'node:net'
import postgres from 'postgres'
import { session } from './session-settings.ts'

export type Sql = postgres.Sql<{ bigint: number }>

/** A statement to be sent. */
export type Ask<Answer> = (sql: Sql) => PromiseLike<Answer>

/** What the driver tells a maker of sockets; its own types do not have it. */
type Target = { host: string[]; port: number[]; path: string | undefined }

const keepAliveMs = 5_000

/** A server that does not answer is not waited for when a connection is closed. */
const farewellMs = 500

/** The driver's pool of one, without its reconnects: a connection that broke is gone for good. */
export class Connection {
  readonly sql: Sql
  #socket: Socket | undefined
  #alive = true
  #fail: ((error: Error) => void) | undefined
  readonly #replanMs: number
  #plannedAt = performance.now()

  /**
   * @param onRing hears the payload of each notification
   * @param replanMs how long plans are kept, in ms. PostgreSQL keeps them until it takes statistics
   *   anew, a minute or more: one that was made while a table was short reads all of it meanwhile
   */
  constructor(address: string, onRing?: (payload: string) => void, replanMs = 5_000) {
    this.#replanMs = replanMs
    const options = {
      max: 1,
      fetch_types: false,
      idle_timeout: undefined,
      max_lifetime: null,
      connection: session,
      types: {
        bigint: { to: 20, from: [20], parse: Number, serialize: String },
      },
      onnotice: () => {},
      onnotify: (_channel: string, payload: string) => onRing?.(payload),
      onclose: () => this.#close(new Error('The connection was closed')),
      socket: (target: Target) => this.#connect(target),
    }
    this.sql = postgres(address, options as object) as unknown as Sql
  }

  get alive(): boolean {
    return this.#alive
  }

  /**
   * Asks one thing at a time.
   *
   * @param ms after which the connection is given up
   */
  run<Answer>(ask: Ask<Answer>, ms: number): Promise<Answer> {
    // The driver would wait for ever for a connection that is not made again.
    if (!this.#alive) return Promise.reject(new Error('The connection was closed'))
    return new Promise<Answer>((resolve, reject) => {
      const late = () => this.#close(new Error(`There was no answer within ${Math.round(ms)} ms`))
      const timer = setTimeout(late, ms)
      this.#fail = (error) => {
        clearTimeout(timer)
        reject(error)
      }
      this.#planAnew()
      ask(this.sql).then(
        (answer) => {
          clearTimeout(timer)
          resolve(answer)
        },
        (error) => {
          clearTimeout(timer)
          // It is of no more use where it broke, or where the server is about to close it.
          const told = error instanceof postgres.PostgresError && error.severity !== 'FATAL'
          if (!told) this.#close(error)
          reject(error)
        },
      )
    })
  }

  /** Lets the server end the session; what is under way fails. */
  async close(): Promise<void> {
    const socket = this.#socket
    const open = this.#alive && socket !== undefined
    this.#close(new Error('The connection was closed'), (socket) => socket.end())
    if (!open) return
    const farewell = setTimeout(() => socket.destroy(), farewellMs)
    await new Promise((resolve) => socket.once('close', resolve))
    clearTimeout(farewell)
  }

  /** Goes along with what is asked next: that takes no round trip more. */
  #planAnew(): void {
    const now = performance.now()
    if (now - this.#plannedAt < this.#replanMs) return
    this.#plannedAt = now
    // Where it fails, so does what comes after it.
    this.sql
      .unsafe('DISCARD PLANS')
      .simple()
      .catch(() => {})
  }

  #connect({ host, port, path }: Target): Socket {
    if (this.#socket || !this.#alive) throw new Error('The connection was closed')
    const [hostname, portNumber] = [host[0] as string, port[0] as number]
    this.#socket = path ? connect(path) : connect(portNumber, hostname)
    this.#socket.setKeepAlive(true, keepAliveMs).setNoDelay(true)
    // Where the driver looks for the name that a certificate must bear.
    return Object.assign(this.#socket, { host: hostname, port: portNumber })
  }

  #close(error: Error, farewell = (socket: Socket): unknown => socket.destroy()): void {
    if (!this.#alive) return
    this.#alive = false
    this.#fail?.(error)
    if (this.#socket) farewell(this.#socket)
  }
}

/** An array as a parameter (PostgreSQL, 8.15.2): the driver would have to ask for the types of arrays. */
export function arrayOf(numbers: readonly number[]): string {
  return `{${numbers.join()}}`
}

/** The numbers in an array as PostgreSQL writes it, none of them null. */
export function numbersIn(array: string): number[] {
  return JSON.parse(`[${array.slice(1, -1)}]`)
}
