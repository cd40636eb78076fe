import type { IncomingMessage, ServerResponse } from 'node:http'

/** Handles one request; `nth` counts the requests of a run, from 0. */
export type Script = (exchange: Exchange, nth: number) => void

/** One request to the faulty server, and its response. */
export class Exchange {
  readonly #request: IncomingMessage
  readonly response: ServerResponse
  /** From `v1/` on. */
  readonly path: string

  constructor(request: IncomingMessage, response: ServerResponse, path: string) {
    this.#request = request
    this.response = response
    this.path = path
  }

  header(name: string): string | undefined {
    return this.#request.headers[name] as string | undefined
  }

  /** The message id in the request's cursor; 0 without one. */
  get after(): number {
    return Number.parseInt(this.header('last-event-id') ?? '0', 10)
  }

  answer(status: number, type: string, body: string, headers: Record<string, string> = {}): void {
    this.response.writeHead(status, { 'content-type': type, ...headers }).end(body)
  }

  json(status: number, value: unknown): void {
    this.answer(status, 'application/json; charset=utf-8', JSON.stringify(value))
  }

  problem(status: number, code: string, headers: Record<string, string> = {}): void {
    const body = { type: `/problems/${code}`, title: code, status, detail: code, requestId: '1' }
    this.answer(status, 'application/problem+json', JSON.stringify(body), headers)
  }

  /** Begins a stream. */
  stream(text = ''): void {
    this.response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
    this.write(`retry: 5\n${text}`)
  }

  write(text: string): boolean {
    return this.response.write(text)
  }

  /** Closes the connection without an end, once everything written was sent. */
  cut(): void {
    this.response.write('', () => this.response.destroy())
  }

  end(): void {
    this.response.end()
  }
}

export function message(id: number, text = `text ${id}`) {
  const sentAt = '2026-11-02T09:31:00.000Z'
  return { id, kind: 'broadcast', from: 'bob', text, sentAt }
}

/** An event as text of the stream. */
export function event(type: string, data: unknown, id?: string): string {
  const end = id === undefined ? '' : `id: ${id}\n`
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n${end}\n`
}

/** Message events, each with its cursor. */
export function messages(from: number, to: number, text?: string): string {
  let all = ''
  for (let id = from; id <= to; id++) all += event('message', message(id, text), cursor(id))
  return all
}

export function cursor(id: number): string {
  return `${id}-mh4k2c9z`
}

export function ready(head: number): string {
  return event('ready', { user: 'ann', head, onlineCount: 1 }, cursor(head))
}
