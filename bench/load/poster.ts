import { connect, type Socket } from 'node:net'

const statusLine = Buffer.from('HTTP/1.1 ')
const shared = Buffer.alloc(65_536)

/** The statuses of a successful POST: 201, or 202 of nchan without subscribers. */
const taken = 0x32 // '2'

/** A connection with one request in flight at a time. */
export class PostConnection {
  readonly #socket: Socket
  readonly #opened: Promise<void>
  #answered: PromiseWithResolvers<number> | undefined

  constructor(port: number) {
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#read(length)
          return true
        },
      },
    })
    const opened = Promise.withResolvers<void>()
    this.#opened = opened.promise
    this.#socket.setNoDelay(true)
    this.#socket.on('connect', opened.resolve)
    const fail = (error: Error) => {
      opened.reject(error)
      this.#answered?.reject(error)
    }
    this.#socket.on('error', fail)
    this.#socket.on('close', () => fail(new Error('the server closed the connection')))
    // Both are awaited where they matter; nothing waits for a connection that was closed.
    this.#opened.catch(() => {})
  }

  /** Resolves when the connection is open. */
  opened(): Promise<void> {
    return this.#opened
  }

  /** Resolves with the id in the response, or 0 if it has none. @throws if the request failed */
  send(request: Buffer): Promise<number> {
    this.#answered = Promise.withResolvers<number>()
    this.#socket.write(request)
    return this.#answered.promise
  }

  close(): void {
    this.#answered = undefined
    this.#socket.destroy()
  }

  /** A response is far smaller than a segment. Its body may come later and is not awaited. */
  #read(length: number): void {
    const bytes = shared.subarray(0, length)
    const at = bytes.indexOf(statusLine)
    if (at === -1 || this.#answered === undefined) return
    const answered = this.#answered
    this.#answered = undefined
    if (bytes[at + statusLine.length] === taken) answered.resolve(idIn(bytes))
    else answered.reject(new Error(`refused: ${bytes.toString('latin1')}`))
  }
}

function idIn(bytes: Buffer): number {
  const at = bytes.indexOf('{"id":')
  return at === -1 ? 0 : Number.parseInt(bytes.toString('latin1', at + 6, at + 24), 10)
}

/** Opens `count` connections. */
export async function openConnections(port: number, count: number): Promise<PostConnection[]> {
  const lines = Array.from({ length: count }, () => new PostConnection(port))
  await Promise.all(lines.map((line) => line.opened()))
  return lines
}

/**
 * Posts `count` requests as fast as they are answered, with one in flight on each connection.
 *
 * @param request the n-th request, from 0
 * @throws if a request failed
 */
export async function postAll(
  lines: readonly PostConnection[],
  count: number,
  request: (n: number, line: number) => Buffer,
): Promise<void> {
  let sent = 0
  await Promise.all(
    lines.map(async (line, index) => {
      while (sent < count) await line.send(request(sent++, index))
    }),
  )
}

/**
 * Posts until the time is over and all requests are answered, with one in flight on each connection.
 *
 * @param first the number of the first request
 * @returns how many were posted
 */
export async function postFor(
  lines: readonly PostConnection[],
  seconds: number,
  request: (n: number, line: number) => Buffer,
  first = 0,
): Promise<number> {
  const ends = performance.now() + seconds * 1000
  let sent = first
  await Promise.all(
    lines.map(async (line, index) => {
      while (performance.now() < ends) await line.send(request(sent++, index))
    }),
  )
  return sent - first
}

export interface Steady {
  perSecond: number
  seconds: number
  /** The number of the first request (0). */
  first?: number
  /** How many connections are opened first (1). More are opened when all of them are waiting. */
  open?: number
  /** Ends it early. */
  signal?: AbortSignal
  /** Called for each response: the message's id, and when the POST was due, by `performance.now()`. */
  onAnswer?: (id: number, dueAt: number) => void
}

/**
 * Posts at a steady rate that does not depend on the responses: each request is due at its own time,
 * and delays of the load generator count.
 *
 * @returns how many were posted
 */
export async function postSteadily(
  port: number,
  request: (n: number) => Buffer,
  { perSecond, seconds, first = 0, open = 1, signal, onAnswer = () => {} }: Steady,
): Promise<number> {
  const free = await openConnections(port, open)
  const answers: Promise<void>[] = []
  const count = Math.round(perSecond * seconds)
  const began = performance.now() + 1
  const dueAt = (n: number) => began + (n * 1000) / perSecond
  async function post(n: number): Promise<void> {
    const line = free.pop() ?? new PostConnection(port)
    // A server that forwards the request has the id from there.
    onAnswer((await line.send(request(first + n))) || first + n + 1, dueAt(n))
    free.push(line)
  }
  let n = 0
  while (n < count && !signal?.aborted) {
    const wait = dueAt(n) - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    for (; n < count && dueAt(n) <= performance.now(); n++) answers.push(post(n))
  }
  await Promise.all(answers)
  for (const line of free) line.close()
  return n
}
