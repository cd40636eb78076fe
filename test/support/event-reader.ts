import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** An event as it came over the wire. */
export interface ReadEvent {
  event: string
  id: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what came
  data: any
}

export interface ReaderOptions {
  url: string
  token?: string
  /** Sent as Last-Event-ID. */
  cursor?: string | undefined
  /** Added to the address, for example `?presence=none`. */
  query?: string
  version?: '1.0' | '1.1'
  headers?: Record<string, string>
  /** Cuts itself off once so many bytes have come, wherever in the stream that is. */
  cutAfter?: number | undefined
  /** Hears of each event as it comes. */
  onEvent?: (event: ReadEvent) => void
}

const deadlineMs = 30_000

/**
 * A stream read from a bare socket, so that a test decides when to read, to stall and to cut. It
 * knows the cursor it would resume with.
 */
export class EventReader {
  readonly events: ReadEvent[] = []
  status = 0
  head = ''
  /** The id of the last event that had one. */
  cursor: string | undefined
  /** The last `retry:` that came, in ms. */
  retry: number | undefined
  closed = false
  readonly socket: Socket
  readonly #options: ReaderOptions
  #bytes = Buffer.alloc(0)
  #text = ''
  #waiting: (() => void)[] = []
  #seen = 0
  #taken = 0

  private constructor(socket: Socket, options: ReaderOptions) {
    this.socket = socket
    this.#options = options
    this.cursor = options.cursor
    socket.on('data', (bytes: Buffer) => this.#read(bytes))
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** Opens a stream and resolves once its head has come. */
  static async open(options: ReaderOptions): Promise<EventReader> {
    const { hostname, port } = new URL(options.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    const reader = new EventReader(socket, options)
    const lines = [
      `GET /v1/events${options.query ?? ''} HTTP/${options.version ?? '1.1'}`,
      `Host: ${hostname}:${port}`,
      ...(options.token ? [`Authorization: Bearer ${options.token}`] : []),
      ...(options.cursor !== undefined ? [`Last-Event-ID: ${options.cursor}`] : []),
      ...Object.entries(options.headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    await reader.#until(() => reader.status !== 0, 'the head of the stream')
    return reader
  }

  /** The next event of a name (and matching), past those already awaited. */
  async next(event: string, matches: (data: ReadEvent['data']) => boolean = () => true) {
    let found: ReadEvent | undefined
    await this.#until(() => {
      for (; this.#seen < this.events.length; this.#seen++) {
        const candidate = this.events[this.#seen] as ReadEvent
        if (candidate.event !== event || !matches(candidate.data)) continue
        this.#seen++
        found = candidate
        return true
      }
      return false
    }, `an event ${event}`)
    return found as ReadEvent
  }

  /** Resolves once a condition over what was read holds. */
  until(condition: () => boolean, what = 'a condition'): Promise<void> {
    return this.#until(condition, what)
  }

  /** Resolves when the server has closed the connection. */
  ended(): Promise<void> {
    return this.#until(() => this.closed, 'the end of the stream')
  }

  /** The messages read so far. */
  get messages() {
    return this.events.filter(({ event }) => event === 'message').map(({ data }) => data)
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text)
  }

  /** Stops reading: the server sees a full socket before long. */
  stall(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  /** Cuts the connection without a word. */
  cut(): void {
    this.socket.destroy()
  }

  #read(bytes: Buffer): void {
    const { cutAfter = Number.POSITIVE_INFINITY } = this.#options
    const room = cutAfter - this.#taken
    this.#taken += bytes.length
    if (bytes.length >= room) this.cut()
    this.#bytes = Buffer.concat([this.#bytes, bytes.subarray(0, Math.max(0, room))])
    if (this.status === 0) this.#readHead()
    if (this.status !== 0) this.#readBody()
    this.#wake()
  }

  #readHead(): void {
    const end = this.#bytes.indexOf('\r\n\r\n')
    if (end < 0) return
    this.head = this.#bytes.subarray(0, end).toString()
    this.#bytes = this.#bytes.subarray(end + 4)
    this.status = Number(this.head.slice(9, 12))
  }

  #readBody(): void {
    if (!/transfer-encoding: chunked/i.test(this.head)) {
      this.#text += this.#bytes.toString()
      this.#bytes = Buffer.alloc(0)
      this.#parse()
      return
    }
    for (;;) {
      const line = this.#bytes.indexOf('\r\n')
      if (line < 0) break
      const size = Number.parseInt(this.#bytes.subarray(0, line).toString(), 16)
      if (this.#bytes.length < line + 2 + size + 2) break
      this.#text += this.#bytes.subarray(line + 2, line + 2 + size).toString()
      this.#bytes = this.#bytes.subarray(line + 2 + size + 2)
    }
    this.#parse()
  }

  #parse(): void {
    if (this.status !== 200) return
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop() as string
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => {
          const colon = line.indexOf(': ')
          return [line.slice(0, colon), line.slice(colon + 2)]
        }),
      )
      if (fields.has('retry')) this.retry = Number(fields.get('retry'))
      const data = fields.get('data')
      if (data === undefined) continue
      const id = fields.get('id')
      if (id !== undefined) this.cursor = id
      const event = { event: fields.get('event') ?? 'message', id, data: JSON.parse(data) }
      this.events.push(event)
      this.#options.onEvent?.(event)
    }
  }

  /** The body as text, for an answer that is no stream. */
  get body(): string {
    return this.#text
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    const until = Date.now() + deadlineMs
    while (!condition()) {
      if (this.closed) throw new Error(`the stream closed before ${what} (${this.#where()})`)
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no ${what} within ${deadlineMs} ms (${this.#where()})`)),
          until - Date.now(),
        )
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #where(): string {
    return `${this.#options.query ?? ''} after ${JSON.stringify(this.events.slice(-3))}`
  }
}
