import { connect, type Socket } from 'node:net'

const marker = Buffer.from('\nid: ')
const ready = Buffer.from('event: ready')
const digitsAtMost = 17

/**
 * A stream that counts what it gets by scanning bytes: each message's id must be the last one's
 * plus 1, else something was lost, doubled or out of order, and the run is void.
 */
export class Reader {
  readonly ready: Promise<void>
  received = 0
  faults = 0
  readonly #socket: Socket
  #last = 0
  #rest = Buffer.alloc(0)
  #becomeReady: () => void = () => {}
  #live = false
  #reached: { id: number; call: () => void } | undefined

  constructor(port: number, token: string | undefined) {
    this.ready = new Promise((resolve) => {
      this.#becomeReady = resolve
    })
    this.#socket = connect(port, '127.0.0.1')
    const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`
    this.#socket.write(
      `GET /v1/events?presence=none HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}\r\n`,
    )
    this.#socket.on('data', (bytes: Buffer) => this.#read(bytes))
  }

  /** Resolves when so many messages have come. */
  reached(count: number): Promise<void> {
    if (this.received >= count) return Promise.resolve()
    return new Promise((call) => {
      this.#reached = { id: count, call }
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(bytes: Buffer): void {
    const text = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes
    if (!this.#live && text.includes(ready)) {
      this.#live = true
      this.#becomeReady()
    }
    let at = text.indexOf(marker)
    let end = 0
    while (at !== -1 && at + marker.length + digitsAtMost <= text.length) {
      end = at + marker.length
      let id = 0
      for (let byte = text[end] as number; byte >= 48 && byte <= 57; byte = text[++end] as number) {
        id = id * 10 + byte - 48
      }
      this.#count(id, text, end)
      at = text.indexOf(marker, end)
    }
    const keep = at === -1 ? Math.max(end, text.length - marker.length) : at
    this.#rest = Buffer.from(text.subarray(keep))
    if (this.#reached && this.received >= this.#reached.id) this.#reached.call()
  }

  /** Ready and heartbeats repeat the last id; only a message moves it. */
  #count(id: number, text: Buffer, after: number): void {
    if (id === this.#last && !text.subarray(after, after + 32).includes('event: message')) return
    if (id !== this.#last + 1) this.faults++
    this.#last = id
    this.received++
  }
}
