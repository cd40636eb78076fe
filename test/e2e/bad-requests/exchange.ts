import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One HTTP answer, read from its bytes alone: no client in between repairs or hides anything. */
export interface RawAnswer {
  status: number
  /** By lower-case name, one value for each line. */
  headers: Map<string, string[]>
  body: string
}

const deadlineMs = 5_000

/** The addresses of 127.0.0.0/8 are all this machine's: each stands for another client. */
export async function openSocket(url: string, localAddress = '127.0.0.1'): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), localAddress })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** Everything that comes until the server closes the connection. Rejects past the deadline. */
export async function readToEnd(socket: Socket, waitMs = deadlineMs): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  if (!socket.closed) {
    const timer = setTimeout(() => socket.destroy(new Error('late')), waitMs)
    const [failed] = await once(socket, 'close')
    clearTimeout(timer)
    if (failed && chunks.length === 0) throw new Error('the connection was not answered')
  }
  return Buffer.concat(chunks)
}

/** Sends bytes on a connection of their own and reads all answers until the server closes it. */
export async function exchange(
  url: string,
  bytes: Uint8Array | string,
  { localAddress, waitMs }: { localAddress?: string; waitMs?: number } = {},
): Promise<RawAnswer[]> {
  const socket = await openSocket(url, localAddress)
  const read = readToEnd(socket, waitMs)
  socket.write(bytes)
  return readAnswers(await read)
}

/** Takes a connection's bytes apart into answers (RFC 9112, section 6). */
export function readAnswers(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = bytes
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) throw new Error(`no head: ${rest.toString('latin1').slice(0, 80)}`)
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const headers = new Map<string, string[]>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()])
    }
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
    const length = Number(headers.get('content-length')?.[0] ?? 0)
    const body = rest.subarray(end + 4, end + 4 + length)
    if (body.length < length) throw new Error('the answer is cut short')
    answers.push({ status, headers, body: body.toString() })
    rest = rest.subarray(end + 4 + length)
  }
  return answers
}
