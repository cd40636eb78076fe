import { connect, type Socket } from 'node:net'
import postgres from 'postgres'
import { sessionSettings } from './session-settings.ts'

export type Sql = postgres.Sql<{ bigint: number }>

/** A statement to be sent. */
export type Query<Result> = (sql: Sql) => PromiseLike<Result>

/** What the driver tells a maker of sockets; its own types do not have it. */
type SocketTarget = { host: string[]; port: number[]; path: string | undefined }

const keepAliveMs = 5_000

/** A server that does not answer is not waited for when a connection is closed. */
const closeTimeoutMs = 500

/** The driver's pool of one, without its reconnects: a connection that broke is gone for good. */
export class Connection {
  readonly sql: Sql
  #socket: Socket | undefined
  #alive = true
  #rejectPending: ((error: Error) => void) | undefined
  readonly #planLifetimeMs: number
  #plansDiscardedAt = performance.now()

  /**
   * @param onNotification hears the payload of each notification
   * @param planLifetimeMs how long plans are kept, in ms. PostgreSQL keeps them until it takes statistics
   *   anew, a minute or more: one that was made while a table was short reads all of it meanwhile
   */
  constructor(url: string, onNotification?: (payload: string) => void, planLifetimeMs = 5_000) {
    this.#planLifetimeMs = planLifetimeMs
    const options = {
      max: 1,
      fetch_types: false,
      idle_timeout: undefined,
      max_lifetime: null,
      connection: sessionSettings,
      types: {
        bigint: { to: 20, from: [20], parse: Number, serialize: String },
      },
      onnotice: () => {},
      onnotify: (_channel: string, payload: string) => onNotification?.(payload),
      onclose: () => this.#close(new Error('The connection was closed')),
      socket: (target: SocketTarget) => this.#connect(target),
    }
    this.sql = postgres(url, options as object) as unknown as Sql
  }

  get alive(): boolean {
    return this.#alive
  }

  /**
   * Asks one thing at a time.
   *
   * @param timeoutMs after which the connection is given up
   */
  run<Result>(query: Query<Result>, timeoutMs: number): Promise<Result> {
    // The driver would wait for ever for a connection that is not made again.
    if (!this.#alive) return Promise.reject(new Error('The connection was closed'))
    return new Promise<Result>((resolve, reject) => {
      const onTimeout = () =>
        this.#close(new Error(`There was no answer within ${Math.round(timeoutMs)} ms`))
      const timer = setTimeout(onTimeout, timeoutMs)
      this.#rejectPending = (error) => {
        clearTimeout(timer)
        reject(error)
      }
      this.#discardStalePlans()
      query(this.sql).then(
        (answer) => {
          clearTimeout(timer)
          resolve(answer)
        },
        (error) => {
          clearTimeout(timer)
          // It is of no more use where it broke, or where the server is about to close it.
          const isStillUsable =
            error instanceof postgres.PostgresError && error.severity !== 'FATAL'
          if (!isStillUsable) this.#close(error)
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
    const closeTimer = setTimeout(() => socket.destroy(), closeTimeoutMs)
    await new Promise((resolve) => socket.once('close', resolve))
    clearTimeout(closeTimer)
  }

  /** Goes along with what is asked next: that takes no round trip more. */
  #discardStalePlans(): void {
    const now = performance.now()
    if (now - this.#plansDiscardedAt < this.#planLifetimeMs) return
    this.#plansDiscardedAt = now
    // Where it fails, so does what comes after it.
    this.sql
      .unsafe('DISCARD PLANS')
      .simple()
      .catch(() => {})
  }

  #connect({ host, port, path }: SocketTarget): Socket {
    if (this.#socket || !this.#alive) throw new Error('The connection was closed')
    const [hostname, portNumber] = [host[0] as string, port[0] as number]
    this.#socket = path ? connect(path) : connect(portNumber, hostname)
    this.#socket.setKeepAlive(true, keepAliveMs).setNoDelay(true)
    // Where the driver looks for the name that a certificate must bear.
    return Object.assign(this.#socket, { host: hostname, port: portNumber })
  }

  #close(error: Error, closeSocket = (socket: Socket): unknown => socket.destroy()): void {
    if (!this.#alive) return
    this.#alive = false
    this.#rejectPending?.(error)
    if (this.#socket) closeSocket(this.#socket)
  }
}

/** An array as a parameter (PostgreSQL, 8.15.2): the driver would have to ask for the types of arrays. */
export function toArrayLiteral(numbers: readonly number[]): string {
  return `{${numbers.join()}}`
}

/** The numbers in an array as PostgreSQL writes it, none of them null. */
export function parseNumberArray(array: string): number[] {
  return JSON.parse(`[${array.slice(1, -1)}]`)
}
