import { connect, type Socket } from 'node:net'
import { headroom, Scanner } from './scanner.ts'
import { SeenIds } from './seen-ids.ts'

/** The buffer of every read, scanned before the next one, so that the load allocates nothing. */
const shared = Buffer.alloc(headroom + 262_144)
const readInto = shared.subarray(headroom)

export interface ReaderOptions {
  port: number
  /** The path with its query. */
  path: string
  token: string | undefined
  /** The bytes by which a server marks the stream as live. */
  readyMark: string
  /** The id after which the stream begins. */
  after?: number | undefined
  /** The ids seen by the stream that this one resumes; `after` is where they were complete. */
  seen?: SeenIds
  /** Called for each message's id, also for duplicates. */
  onId?: ((id: number) => void) | undefined
  /** Another event to count, as `event: presence`. */
  counting?: string | undefined
}

/** A stream that counts every message it gets. */
export class Reader {
  readonly seen: SeenIds
  /** Resolves when the stream is live; rejects if it was refused or ended before. */
  readonly ready: Promise<void>
  /** The number of the other events to count. */
  others = 0
  /** Whether the server closed the stream. */
  ended = false
  readonly #socket: Socket
  readonly #scanner = new Scanner()
  readonly #readyMark: string
  readonly #counting: string | undefined
  readonly #onId: (id: number) => void
  #settle: PromiseWithResolvers<void> | undefined = Promise.withResolvers<void>()
  #beginning = ''
  #wanted: { id: number; reached: () => void } | undefined
  #rest = ''

  constructor({ port, path, token, readyMark, after, seen, onId, counting }: ReaderOptions) {
    this.seen = seen ?? new SeenIds(after)
    this.#readyMark = readyMark
    this.#counting = counting
    this.#onId = (id) => {
      this.seen.take(id)
      onId?.(id)
    }
    this.ready = (this.#settle as PromiseWithResolvers<void>).promise
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: readInto,
        callback: (length) => {
          this.#read(headroom + length)
          return true
        },
      },
    })
    const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Accept: text/event-stream']
    if (token !== undefined) lines.push(`Authorization: Bearer ${token}`)
    if (after !== undefined) lines.push(`Last-Event-ID: ${after}`)
    this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    this.#socket.on('error', (error) => this.#settle?.reject(error))
    this.#socket.on('close', () => {
      this.ended = true
      this.#settle?.reject(new Error(`the stream ended before it was live: ${this.#beginning}`))
    })
  }

  /** Resolves when every id up to this one was received. */
  reached(id: number): Promise<void> {
    if (this.seen.complete >= id) return Promise.resolve()
    return new Promise((reached) => {
      this.#wanted = { id, reached }
    })
  }

  /** Stops reading from the socket until `resume`. */
  stall(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Resets the connection, so that its port is free at once. */
  close(): void {
    this.#socket.resetAndDestroy()
  }

  #read(end: number): void {
    if (this.#settle !== undefined) this.#begin(shared.toString('latin1', headroom, end))
    if (this.#counting !== undefined) this.#countOthers(shared.toString('latin1', headroom, end))
    this.#scanner.scan(shared, end, this.#onId)
    if (this.#wanted !== undefined && this.seen.complete >= this.#wanted.id) {
      this.#wanted.reached()
      this.#wanted = undefined
    }
  }

  /** Data until the stream is live, because the marker may come in pieces. */
  #begin(text: string): void {
    this.#beginning += text
    const live = this.#beginning.includes(this.#readyMark)
    this.#beginning = this.#beginning.slice(-200)
    if (!live) return
    this.#settle?.resolve()
    this.#settle = undefined
    this.#beginning = ''
  }

  #countOthers(text: string): void {
    const mark = this.#counting as string
    const whole = this.#rest + text
    let at = whole.indexOf(mark)
    let from = 0
    for (; at !== -1; at = whole.indexOf(mark, from)) {
      this.others++
      from = at + mark.length
    }
    this.#rest = whole.slice(Math.max(from, whole.length - mark.length + 1))
  }
}
