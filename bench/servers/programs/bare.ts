import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { prepareForLongRun } from '../../../src/commands/v8-tuning.ts'

/**
 * The baselines of fan-out: streams and posts without accounts, checks or store. The modes are
 * `res-write` (one `res.write` for each message and stream), `socket-write` (one `socket.write` of
 * an event encoded once) and `gathered` (the events of one event-loop turn, encoded once and written
 * once to each socket). `dropping` loses one event in 10,000.
 */

const [sending = 'gathered', ...faults] = process.argv.slice(2)
const dropping = faults.includes('dropping')

const responses = new Set<ServerResponse>()
const sockets = new Set<Socket>()
let id = 0
let pending: string[] = []
let delivered = 0

function chunk(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
}

/** Loses one event in 10,000, or the write that contains it. */
function isDropped(events: number): boolean {
  if (!dropping) return false
  const before = Math.floor(delivered / 10_000)
  delivered += events
  return Math.floor(delivered / 10_000) > before
}

function flush(): void {
  const whole = chunk(pending.join(''))
  const rest = dropping ? chunk(pending.slice(1).join('')) : whole
  const events = pending.length
  pending = []
  for (const socket of sockets) {
    const bytes = isDropped(events) ? rest : whole
    if (bytes.length > 5) socket.write(bytes)
  }
}

const ways: Record<string, (frame: string) => void> = {
  'res-write'(frame) {
    for (const response of responses) response.write(frame)
  },
  'socket-write'(frame) {
    const bytes = chunk(frame)
    for (const socket of sockets) socket.write(bytes)
  },
  gathered(frame) {
    if (pending.length === 0) setImmediate(flush)
    pending.push(frame)
  },
}
const deliver = ways[sending] as (frame: string) => void

function openStream(response: ServerResponse): void {
  const socket = response.socket as Socket
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('event: ready\ndata: {}\n\n')
  responses.add(response)
  sockets.add(socket)
  socket.on('close', () => {
    responses.delete(response)
    sockets.delete(socket)
  })
}

function takePost(request: IncomingMessage, response: ServerResponse): void {
  let body = ''
  request.on('data', (bytes) => {
    body += bytes
  })
  request.on('end', () => {
    const { text } = JSON.parse(body)
    id++
    const message = {
      id,
      kind: 'broadcast',
      from: 'person0',
      text,
      sentAt: new Date().toISOString(),
    }
    const data = JSON.stringify(message)
    deliver(`event: message\ndata: ${data}\nid: ${id}-00000000\n\n`)
    response.writeHead(201, { 'content-type': 'application/json' }).end(data)
  })
}

const server = createServer((request, response) =>
  request.method === 'GET' ? openStream(response) : takePost(request, response),
)
server.keepAliveTimeout = 0
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  // As for Obrol.
  prepareForLongRun()
  process.send?.((server.address() as AddressInfo).port)
})
process.on('disconnect', () => process.exit())
