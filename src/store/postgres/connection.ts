import { connect, type Socket } from 'node:net'
import postgres from 'postgres'
import { sessionSettings } from './session-settings.ts'

export type Sql = postgres.Sql<{ bigint: number }>

export type Query<Result> = (sql: Sql) => PromiseLike<Result>

/** What the driver passes to the option `socket`, which its types lack. */
type SocketTarget = { host: string[]; port: number[]; path: string | undefined }

const keepAliveMs = 5_000

/** How long closing waits for the server, in ms. */
const closeTimeoutMs = 500

/** A pool of one connection of the driver, without its reconnects: a broken connection stays broken. */
export class Connection {
  readonly sql: Sql
  #socket: Socket | undefined
  #alive = true
  #rejectPending: ((error: Error) => void) | undefined
  readonly #planLifetimeMs: number
  #plansDiscardedAt = performance.now()

  /**
   * @param onNotification called with the payload of each notification
   * @param planLifetimeMs how long plans are kept, in ms. PostgreSQL keeps them until it analyses the
   *   table again, after a minute or more. A plan for a short table may read all of it meanwhile
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
   * Runs one query at a time.
   *
   * @param timeoutMs after which the connection is closed
   */
  run<Result>(query: Query<Result>, timeoutMs: number): Promise<Result> {
    // The driver would wait for a new connection, which never comes.
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
          // After a FATAL error the server closes the connection.
          const isStillUsable =
            error instanceof postgres.PostgresError && error.severity !== 'FATAL'
          if (!isStillUsable) this.#close(error)
          reject(error)
        },
      )
    })
  }

  /** Lets the server end the session. A running query fails. */
  async close(): Promise<void> {
    const socket = this.#socket
    const open = this.#alive && socket !== undefined
    this.#close(new Error('The connection was closed'), (socket) => socket.end())
    if (!open) return
    const closeTimer = setTimeout(() => socket.destroy(), closeTimeoutMs)
    await new Promise((resolve) => socket.once('close', resolve))
    clearTimeout(closeTimer)
  }

  /** It is sent together with the next query, without a round trip of its own. */
  #discardStalePlans(): void {
    const now = performance.now()
    if (now - this.#plansDiscardedAt < this.#planLifetimeMs) return
    this.#plansDiscardedAt = now
    // If it fails, the query after it fails as well.
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
    // The driver checks the certificate against this host.
    return Object.assign(this.#socket, { host: hostname, port: portNumber })
  }

  #close(error: Error, closeSocket = (socket: Socket): unknown => socket.destroy()): void {
    if (!this.#alive) return
    this.#alive = false
    this.#rejectPending?.(error)
    if (this.#socket) closeSocket(this.#socket)
  }
}

/** An array as text (PostgreSQL, 8.15.2), since the driver would first query the types of arrays. */
export function toArrayLiteral(numbers: readonly number[]): string {
  return `{${numbers.join()}}`
}

/** @param array as PostgreSQL writes it, without nulls */
export function parseNumberArray(array: string): number[] {
  return JSON.parse(`[${array.slice(1, -1)}]`)
}
