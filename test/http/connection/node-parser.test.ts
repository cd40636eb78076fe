import { once } from 'node:events'
import { createServer, get } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { detachSocket } from '../../../src/http/connection/node-parser.ts'
import { type Server, serve } from '../support/server.ts'

type ParsedSocket = Socket & { parser?: { close(): void } | null }

/** Detaches the socket of a request; resolves with the body that the client reads. */
async function detached(t: Test, prepare: (socket: ParsedSocket) => void): Promise<string> {
  const server = createServer((_request, response) => {
    prepare(response.socket as Socket)
    detachSocket(response).end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')
  })
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const [response] = await once(get({ port }), 'response')
  let body = ''
  for await (const chunk of response) body += chunk
  await nextTurn()
  return body
}

/** Makes the parser of a connection look like one of another Node, until the connection closes. */
function disguiseParser(socket: ParsedSocket): void {
  const parser = Object(socket.parser)
  Object.defineProperty(parser, 'constructor', { value: Object, configurable: true })
  socket.once('close', () => Reflect.deleteProperty(parser, 'constructor'))
}

/** A server on a Node whose parser has other fields. */
async function serveWithOtherParser(t: Test): Promise<Server> {
  const server = await serve(t)
  server.app.server.on('connection', disguiseParser)
  return server
}

t.test('a detached socket releases its parser', async (t) => {
  let closed = 0
  const sockets: ParsedSocket[] = []
  const body = await detached(t, (socket) => {
    sockets.push(socket)
    const parser = Object(socket.parser)
    parser.close = () => {
      closed++
      Object.getPrototypeOf(parser).close.call(parser)
    }
  })
  t.equal(body, 'hi')
  t.equal(sockets[0]?.parser, null)
  t.equal(closed, 1)
})

t.test('a socket with another parser, or without one, is detached all the same', async (t) => {
  t.equal(await detached(t, disguiseParser), 'hi')
  const body = await detached(t, (socket) => {
    socket.parser = null
  })
  t.equal(body, 'hi')
})

t.test('input on a detached socket is not parsed as a request, with any parser', async (t) => {
  for (const prepare of [() => {}, disguiseParser]) {
    let requests = 0
    const input = Promise.withResolvers<string>()
    const server = createServer((_request, response) => {
      requests++
      prepare(response.socket as Socket)
      const socket = detachSocket(response)
      socket.on('data', (bytes) => input.resolve(`${bytes}`))
      socket.write('detached')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const client = connect(port, '127.0.0.1')
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    t.equal(String((await once(client, 'data'))[0]), 'detached')
    client.write('GET /again HTTP/1.1\r\nHost: a\r\n\r\n')
    t.match(await input.promise, /^GET \/again/)
    t.equal(requests, 1)
    client.destroy()
    server.close()
  }
})

t.test('with another parser, a body in too many chunks is refused all the same', async (t) => {
  const server = await serveWithOtherParser(t)
  const head =
    'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
  const text = await server.raw(head + '1\r\nx\r\n'.repeat(5_000))
  t.match(text, /^HTTP\/1\.1 413 /)
  t.match(text, /more than 1,000 chunks/)
})

t.test('with another parser, too many pipelined requests are cut all the same', async (t) => {
  const server = await serveWithOtherParser(t)
  const ping = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
  const text = await server.raw(ping.repeat(1_000)).catch(() => 'reset')
  t.notMatch(text, /HTTP/)
  t.match(server.logged('connection closed')[0], { reason: 'too many requests wait' })
})
