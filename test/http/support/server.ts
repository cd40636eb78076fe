import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Test } from 'tap'
import { type AppOptions, buildApp } from '../../../src/http/app.ts'
import type { Api } from '../../../src/http/fastify-types.ts'
import type { HttpSettings } from '../../../src/http/services.ts'
import { readSettings } from '../../../src/settings.ts'
import { FakeChat } from './fake-chat.ts'

export const signingKey = Buffer.alloc(32, 'k')

const unlimited = {
  messagesPerMinute: 0,
  roomsCreatedPerDay: 0,
  addsPerHour: 0,
  readsPerMinute: 0,
  streamOpensPerMinute: 0,
  loginsPerMinute: 0,
  registrationsPerHour: 0,
  requestsPerMinute: 0,
  connectionsPerAddress: 0,
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers
  body: any
}

/** A listening HTTP server over a fake chat. */
export class Server {
  readonly app: Api
  readonly chat: FakeChat
  readonly port: number
  /** Each log line so far. */
  readonly lines: Record<string, unknown>[]
  readonly #sockets = new Set<Socket>()

  constructor(app: Api, chat: FakeChat, lines: Record<string, unknown>[]) {
    this.app = app
    this.chat = chat
    this.lines = lines
    this.port = (app.server.address() as { port: number }).port
    app.server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Sends a request; `json` is sent as a JSON body. */
  async call(
    method: string,
    path: string,
    { json, headers, ...init }: RequestInit & { json?: unknown } = {},
  ): Promise<Answer> {
    const sent = new Headers(headers)
    if (json !== undefined) sent.set('content-type', 'application/json')
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: sent,
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...init,
    })
    const text = await response.text()
    const body =
      text !== '' && /json/.test(response.headers.get('content-type') ?? '')
        ? JSON.parse(text)
        : text
    return { status: response.status, headers: response.headers, body }
  }

  /** Registers a user. @returns the header with the token */
  async join(username: string): Promise<{ authorization: string }> {
    const { body } = await this.call('POST', '/v1/register', {
      json: { username, password: 'password' },
    })
    return { authorization: `Bearer ${body.token}` }
  }

  /**
   * Sends bytes on a new connection; resolves with everything received until its end.
   *
   * @param options.from a loopback address (127.0.0.1)
   */
  async raw(text: string | Buffer, options: { from?: string } = {}): Promise<string> {
    const socket = await this.open(options)
    socket.write(text)
    return readToEnd(socket)
  }

  /** @param options.allowHalfOpen whether the socket may send after the server has ended its side */
  async open({ from = '127.0.0.1', allowHalfOpen = false } = {}): Promise<Socket> {
    const host = '127.0.0.1'
    const socket = connect({ port: this.port, host, localAddress: from, allowHalfOpen })
    await once(socket, 'connect')
    return socket
  }

  /** The socket of the server for an open connection. */
  async sideOf({ localPort }: Socket): Promise<Socket> {
    for (;;) {
      const found = [...this.#sockets].find(({ remotePort }) => remotePort === localPort)
      if (found !== undefined) return found
      await once(this.app.server, 'connection')
    }
  }

  /** Closes the connections that `call` keeps, and resolves when they have closed. */
  async idle(): Promise<void> {
    const closed = [...this.#sockets].map((socket) => once(socket, 'close'))
    this.app.server.closeIdleConnections()
    await Promise.all(closed)
  }

  /** The log lines of an event. */
  logged(event: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line.event === event)
  }
}

export async function readToEnd(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

/** Starts a server on a free port, without limits except `settings`, until the end of the test. */
export async function serve(
  t: Test,
  settings: Partial<HttpSettings> = {},
  options: AppOptions = {},
): Promise<Server> {
  const chat = new FakeChat()
  const lines: Record<string, unknown>[] = []
  const app = await buildApp(
    { ...chat.services, settings: { ...readSettings({}), ...unlimited, ...settings }, signingKey },
    { logStream: { write: (line) => lines.push(JSON.parse(line)) }, ...options },
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    app.server.closeAllConnections()
    await app.close()
  })
  return new Server(app, chat, lines)
}

/** Asserts that an answer is a problem with this code. @returns its body */
export function problem(t: Test, answer: Answer, status: number, code: string) {
  t.equal(answer.status, status, `${code} is ${status}`)
  t.equal(answer.headers.get('content-type'), 'application/problem+json')
  t.match(answer.body, { type: `/problems/${code}`, status, detail: String, requestId: String })
  return answer.body
}
