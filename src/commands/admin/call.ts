import { once } from 'node:events'
import { request } from 'node:http'

/** Where the calls go: to the console's socket, or to a server from afar with the token of an admin. */
export type AdminServer = { socket: string } | { url: URL; token: string }

export interface AdminRequest {
  method: string
  path: string
  body: Record<string, unknown> | undefined
}

export interface AdminAnswer {
  status: number
  /** Undefined where there is none. */
  body: unknown
}

/** @throws {Error} where the server cannot be reached, or does not answer as one of ours */
export async function callServer(server: AdminServer, sent: AdminRequest): Promise<AdminAnswer> {
  const { status, text } =
    'socket' in server ? await bySocket(server, sent) : await byUrl(server, sent)
  return { status, body: text === '' ? undefined : JSON.parse(text) }
}

async function bySocket({ socket }: { socket: string }, { method, path, body }: AdminRequest) {
  const json = body && JSON.stringify(body)
  const sending = request({
    socketPath: socket,
    method,
    path,
    headers: { host: 'localhost', ...headersOf(json) },
  })
  sending.end(json)
  const [response] = await once(sending, 'response')
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode as number, text }
}

async function byUrl(
  { url, token }: { url: URL; token: string },
  { method, path, body }: AdminRequest,
) {
  const json = body && JSON.stringify(body)
  const response = await fetch(new URL(path, url), {
    method,
    redirect: 'error',
    headers: { authorization: `Bearer ${token}`, ...headersOf(json) },
    ...(json !== undefined && { body: json }),
  })
  return { status: response.status, text: await response.text() }
}

function headersOf(json: string | undefined): Record<string, string> {
  if (json === undefined) return {}
  return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(json)) }
}
