import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Ready } from './ready.ts'

/**
 * The baselines: a stream and a post without accounts, checks or store. As `write` it does one
 * `res.write` for each message and stream, as most servers do; as `gathered` it frames what came in
 * one turn of the event loop once and writes it once to each socket, which is the floor that the
 * runtime sets.
 */
const gathered = process.argv[2] === 'gathered'
const responses = new Set<ServerResponse>()
const sockets = new Set<Socket>()
let id = 0
let pending: string[] = []

function frame(text: string): string {
  id++
  const data = { id, kind: 'broadcast', from: 'reader0', text, sentAt: new Date().toISOString() }
  return `id: ${id}-00000000\nevent: message\ndata: ${JSON.stringify(data)}\n\n`
}

function flush(): void {
  const bytes = Buffer.from(pending.join(''))
  pending = []
  const chunk = Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
  for (const socket of sockets) socket.write(chunk)
}

function deliver(text: string): void {
  if (!gathered) {
    const bytes = frame(text)
    for (const response of responses) response.write(bytes)
    return
  }
  if (pending.length === 0) setImmediate(flush)
  pending.push(frame(text))
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: ready\ndata: {}\n\n')
    responses.add(response)
    sockets.add(response.socket as Socket)
    return
  }
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    deliver(JSON.parse(body).text)
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
  })
})
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port, tokens: [] } satisfies Ready)
})
process.on('disconnect', () => process.exit())
