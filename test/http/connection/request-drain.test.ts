import { once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { type Server, serve } from '../support/server.ts'

/** More than any bound and all buffers of the kernel. */
const endless = 99_999_999_999
const piece = Buffer.alloc(65_536, 'x')

/** Sends until the connection closes. @returns the answer and how many bytes were sent */
function sendOn(socket: Socket, head: string): Promise<{ text: string; sent: number }> {
  socket.write(head)
  return sendMore(socket, piece)
}

async function sendMore(socket: Socket, piece: Buffer): Promise<{ text: string; sent: number }> {
  let text = ''
  let sent = 0
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  const closed = closing(socket)
  const more = () => {
    if (!socket.destroyed) socket.write(piece, () => (sent += piece.length))
    if (!socket.destroyed && socket.writableLength < piece.length) setImmediate(more)
  }
  socket.on('drain', more)
  more()
  await closed
  return { text, sent }
}

/** Resolves when a socket has closed, also by a reset. */
const closing = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve))

async function endlessly(t: Test, server: Server, head: string, status: RegExp, what: string) {
  const socket = await server.open({ allowHalfOpen: true })
  const side = await server.sideOf(socket)
  const over = closing(side)
  const began = performance.now()
  const { text } = await sendOn(socket, `${head}\r\n\r\n`)
  const took = performance.now() - began
  t.match(text, status, `${what}: the answer arrives`)
  t.ok(took < 5000, `${what}: closed after ${Math.round(took)} ms`)
  await over
  const { bytesRead } = side
  t.ok(bytesRead < 3_000_000, `${what}: ${bytesRead} bytes were read`)
}

t.test(
  'the server stops reading a request that goes on after its answer',
  { jobs: 4 },
  async (t) => {
    const server = await serve(t)
    const { authorization } = await server.join('ann')
    const length = `Content-Length: ${endless}`
    const json = 'Content-Type: application/json'
    const chunked = `Transfer-Encoding: chunked\r\n\r\n${endless.toString(16)}`
    for (const [what, head, status] of [
      [
        'too large',
        `POST /v1/login HTTP/1.1\r\nHost: a\r\n${json}\r\n${length}`,
        /^HTTP\/1\.1 413/,
      ],
      [
        'too large, in chunks',
        `POST /v1/login HTTP/1.1\r\nHost: a\r\n${json}\r\n${chunked}`,
        /413/,
      ],
      ['without a token', `POST /v1/messages/direct HTTP/1.1\r\nHost: a\r\n${length}`, /401/],
      ['nowhere', `POST /nope HTTP/1.1\r\nHost: a\r\n${length}`, /404/],
      ['no path', `POST /%zz HTTP/1.1\r\nHost: a\r\n${length}`, /400/],
      ['where nobody looks', `GET /healthz HTTP/1.1\r\nHost: a\r\n${length}`, /200/],
      [
        'where it is ignored',
        `POST /v1/events/token HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n${length}`,
        /201/,
      ],
      ['the last one', `POST /nope HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${length}`, /404/],
      ['HTTP/1.0', `POST /nope HTTP/1.0\r\nHost: a\r\n${length}`, /404/],
      ['no HTTP', 'nonsense\r\n', /400/],
    ] as const)
      t.test(what, (t) => endlessly(t, server, head, status, what))
  },
)

t.test('a request that does not arrive in full is closed after a while', async (t) => {
  const server = await serve(t)
  const text = await server.raw('POST /nope HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx')
  t.match(text, /^HTTP\/1\.1 404/)
})

t.test('a connection is closed after the whole request was read', async (t) => {
  const server = await serve(t)
  const body = 'x'.repeat(900_000)
  for (const version of ['1.0', '1.1']) {
    const socket = await server.open()
    socket.write(
      `POST /nope HTTP/${version}\r\nHost: a\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    const [head] = await once(socket, 'data')
    t.match(String(head), /^HTTP\/1\.1 404/)
    socket.write(body)
    const [failed] = await once(socket.resume(), 'close')
    t.equal(failed, false, 'closed without a reset')
  }
})

t.test(
  'an answer says Connection: close where the rest of the request may not be read',
  async (t) => {
    const server = await serve(t)
    const saysSo = async (head: string) => {
      const socket = await server.open()
      socket.write(`${head}\r\nHost: a\r\n\r\n`)
      const [answer] = await once(socket, 'data')
      socket.destroy()
      return /^connection: close\r$/im.test(String(answer))
    }
    const call = 'POST /nope HTTP/1.1'
    t.equal(await saysSo(`${call}\r\nContent-Length: 3000000`), true, 'more than is read')
    t.equal(
      await saysSo(`${call}\r\nTransfer-Encoding: chunked`),
      true,
      'of a length that it does not tell',
    )
    t.equal(await saysSo(`${call}\r\nContent-Length: 900000`), false)
    t.equal(await saysSo('GET /nope HTTP/1.1'), false)
    t.equal(
      await saysSo('POST /%zz HTTP/1.1\r\nContent-Length: 3000000'),
      true,
      'of a path that cannot be decoded',
    )
  },
)

t.test('an answer that refuses a body says what becomes of the connection', async (t) => {
  const server = await serve(t)
  const refuse = async (version: string, headers: string) => {
    const socket = await server.open()
    socket.write(
      `POST /v1/login HTTP/${version}\r\nHost: a\r\n${headers}Content-Type: application/json\r\nContent-Length: 3\r\n\r\n{}x`,
    )
    const [answer] = await once(socket, 'data')
    t.match(String(answer), /^HTTP\/1\.1 400 /)
    socket.destroy()
    return /^connection: (.*)\r$/im.exec(String(answer))?.[1]
  }
  t.equal(await refuse('1.1', 'Connection: close\r\n'), 'close')
  t.equal(await refuse('1.0', ''), 'close')
  t.equal(await refuse('1.0', 'Connection: keep-alive\r\n'), 'keep-alive')
  t.equal(await refuse('1.1', ''), 'keep-alive')
})

t.test('a connection takes another request after the rest was read', async (t) => {
  const server = await serve(t)
  const socket = await server.open()
  socket.write('POST /nope HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n')
  const [refusal] = await once(socket, 'data')
  t.match(String(refusal), /^HTTP\/1\.1 404/)
  socket.write('123456789GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
  const [answer] = await once(socket, 'data')
  t.match(String(answer), /^HTTP\/1\.1 200/)
  socket.destroy()
})

t.test('a body in chunks of one byte costs no more than the first thousand', async (t) => {
  const server = await serve(t)
  const chunks = '1\r\nx\r\n'.repeat(170_000)
  const head = (call: string) => `${call} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n`
  const login = `${head('POST /v1/login')}Content-Type: application/json\r\n\r\n`
  const refused = await server.raw(login + chunks)
  t.match(refused, /^HTTP\/1\.1 413 /)
  t.match(refused, /more than 1,000 chunks/)
  const before = process.cpuUsage()
  for (let times = 0; times < 10; times++) {
    t.match(await server.raw(`${head('GET /healthz')}\r\n${chunks}`), /^(HTTP\/1\.1 200 .*)?$/s)
  }
  const { user, system } = process.cpuUsage(before)
  // Each of the ten would take 200 ms.
  t.ok(user + system < 1_000_000, `${(user + system) / 1000} ms`)
})

t.test('chunk extensions count as well', async (t) => {
  const server = await serve(t)
  // One piece is larger than the buffer of a socket, or there would be no `drain`.
  const chunks = Buffer.from(`1;${'a'.repeat(15_000)}\r\n \r\n`.repeat(10))
  const socket = await server.open({ allowHalfOpen: true })
  socket.write(
    'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const { text, sent } = await sendMore(socket, chunks)
  t.match(text, /^HTTP\/1\.1 413 /)
  t.ok(sent < 9_000_000, `${sent} bytes were taken`)
})
