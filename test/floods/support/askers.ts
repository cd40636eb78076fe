import { connect, type Socket } from 'node:net'

export interface AskersOptions {
  url: string
  connections: number
  /** The address of a connection. */
  from: (number: number) => string
  /** Sent on a connection, and again after each answer. */
  request: (number: number, time: number) => Buffer | string
  /** How many requests are open on each connection (1). */
  ahead?: number
}

/** How long before a connection that was cut or refused is opened again, in ms. */
const againMs = 20

/** The bytes of a status line that are read. */
const statusLine = 'HTTP/1.1 200'.length

/** Connections that send a request after each answer, and reconnect when they are cut. */
export class Askers {
  /** How many answers arrived, by status. */
  readonly answers: Record<string, number> = {}
  /** How often a connection was closed by the server. */
  cuts = 0
  readonly #options: AskersOptions
  readonly #sockets = new Set<Socket>()
  #stopped = false

  constructor(options: AskersOptions) {
    this.#options = options
    for (let number = 0; number < options.connections; number++) this.#open(number)
  }

  /** Stops. @returns the counts */
  end(): Record<string, unknown> {
    this.#stopped = true
    for (const socket of this.#sockets) socket.destroy()
    return { answers: this.answers, cuts: this.cuts }
  }

  #open(number: number): void {
    if (this.#stopped) return
    const { url, from, request, ahead = 1 } = this.#options
    const { hostname: host, port } = new URL(url)
    const socket = connect({ host, port: Number(port), localAddress: from(number) })
    this.#sockets.add(socket)
    let time = 0
    let tail = ''
    const ask = () => socket.write(request(number, time++))
    socket.on('connect', () => {
      for (let at = 0; at < ahead; at++) ask()
    })
    socket.setEncoding('latin1').on('data', (text: string) => {
      const all = tail + text
      let read = 0
      for (const { 1: status, index } of all.matchAll(/HTTP\/1\.1 (\d{3})/g)) {
        this.answers[status as string] = (this.answers[status as string] ?? 0) + 1
        read = index + statusLine
        ask()
      }
      tail = all.slice(Math.max(read, all.length - statusLine + 1))
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (this.#stopped) return
      this.cuts++
      setTimeout(() => this.#open(number), againMs)
    })
  }
}
