import { once } from 'node:events'
import { Agent, request as send } from 'node:http'
import t, { type Test } from 'tap'
import { readToEnd, type Server, serve } from '../support/server.ts'

/** Asserts that a text is one complete answer with a problem. @returns its head and its details */
function answered(t: Test, text: string, status: number, code: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  t.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), code)
  t.match(head, /content-type: application\/problem\+json\r\n/i)
  t.match(head, new RegExp(`content-length: ${Buffer.byteLength(body)}\r\n`, 'i'))
  const details = JSON.parse(body)
  t.match(details, {
    type: `/problems/${code}`,
    title: String,
    status,
    detail: String,
    requestId: String,
  })
  return { head, details }
}

const short = { headersMs: 200, requestMs: 400, checkMs: 50 }

t.test('input that is not HTTP is answered with a problem', async (t) => {
  const server = await serve(t)
  for (const bytes of [
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nbroken header\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n',
    'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01]),
  ])
    answered(t, await server.raw(bytes), 400, 'malformed-request')
})

t.test('headers and URLs over 16 KiB are 431, however much more is sent', async (t) => {
  const server = await serve(t)
  const long = 'x'.repeat(20_000)
  answered(
    t,
    await server.raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${long}\r\n\r\n`),
    431,
    'headers-too-large',
  )
  answered(
    t,
    await server.raw(`GET /${long} HTTP/1.1\r\nHost: a\r\n\r\n`),
    431,
    'headers-too-large',
  )
  const flood = 'x'.repeat(3_000_000)
  answered(
    t,
    await server.raw(`GET / HTTP/1.1\r\nHost: a\r\nX: ${flood}`),
    431,
    'headers-too-large',
  )
})

t.test('endless chunk extensions are 413', async (t) => {
  const server = await serve(t)
  const head =
    'POST /v1/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n'
  const text = await server.raw(`${head}1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`)
  answered(t, text, 413, 'payload-too-large')
})

t.test('a slow request is 408', async (t) => {
  const server = await serve(t, {}, { timeouts: short })
  answered(t, await server.raw('GET / HTTP/1.1\r\nHost:'), 408, 'request-timeout')
  const head =
    'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n'
  answered(t, await server.raw(`${head}{`), 408, 'request-timeout')
})

t.test('a client that goes on sending after a refusal is cut off', async (t) => {
  const server = await serve(t)
  const socket = await server.open()
  socket.write('nonsense\r\n\r\n')
  await once(socket, 'data')
  const more = setInterval(() => socket.write('more'), 20)
  await once(
    socket.on('error', () => {}),
    'close',
  )
  clearInterval(more)
  t.pass('closed')
})

t.test('a reset connection is not answered', async (t) => {
  const server = await serve(t)
  const socket = await server.open()
  socket.write('GET / HTTP/1.1\r\n')
  const [error] = await Promise.all([
    once(server.app.server, 'clientError'),
    new Promise((resolve) => setImmediate(resolve)).then(() => socket.resetAndDestroy()),
  ])
  t.match(error[0], { code: 'ECONNRESET' })
})

t.test('garbage after a request whose answer has begun closes the connection', async (t) => {
  const server = await serve(t)
  const begun = Promise.withResolvers<void>()
  server.app.server.prependListener('request', (request, response) => {
    request.resume()
    response.write('begun')
    response.on('error', () => {})
    begun.resolve()
  })
  const socket = await server.open()
  socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
  const text = readToEnd(socket).catch(() => 'reset')
  await begun.promise
  socket.write('nonsense\r\n\r\n')
  t.notMatch(await text, /problem/)
})

t.test('garbage after a complete request is refused after its answer', async (t) => {
  const server = await serve(t)
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.chat.ping = async () => {
    begun.resolve()
    await go.promise
  }
  const socket = await server.open()
  socket.write('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')
  const text = readToEnd(socket)
  await begun.promise
  const seen = once(server.app.server, 'clientError')
  socket.write('nonsense\r\n\r\n')
  await seen
  go.resolve()
  const [first, second] = (await text).split(/(?=HTTP\/1\.1 \d)/)
  t.match(first, /^HTTP\/1\.1 200/)
  answered(t, second ?? '', 400, 'malformed-request')
})

t.test('a shutdown waits for pipelined answers', async (t) => {
  const server = await serve(t)
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.chat.ping = async () => {
    begun.resolve()
    await go.promise
  }
  const socket = await server.open()
  const text = readToEnd(socket)
  const both = ['readyz', 'healthz'].map((path) => `GET /${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  socket.write(both.join(''))
  await begun.promise
  const closed = server.app.close()
  go.resolve()
  const [first, second] = (await text).split(/(?=HTTP\/1\.1 \d)/)
  for (const answer of [first, second]) t.match(answer, /^HTTP\/1\.1 200/)
  await closed
})

t.test('a shutdown does not wait for a client that has left', async (t) => {
  const server = await serve(t)
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.chat.ping = async () => {
    begun.resolve()
    await go.promise
  }
  const gone = once(server.app.server, 'request').then(([, answer]) => once(answer, 'close'))
  const socket = await server.open()
  socket.write('GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n')
  await begun.promise
  socket.destroy()
  await gone
  go.resolve()
  await server.app.close()
})

t.test('versions other than HTTP/1.1 and HTTP/1.0 are refused', async (t) => {
  const server = await serve(t)
  const two = await server.raw('GET /healthz HTTP/2.0\r\nHost: a\r\nConnection: close\r\n\r\n')
  answered(t, two, 400, 'malformed-request')
})

t.test('HTTP/1.1 needs exactly one Host', async (t) => {
  const server = await serve(t)
  const close = 'Connection: close\r\n\r\n'
  answered(t, await server.raw(`GET /healthz HTTP/1.1\r\n${close}`), 400, 'malformed-request')
  const two = await server.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n${close}`)
  answered(t, two, 400, 'malformed-request')
  t.match(await server.raw('GET /healthz HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200/)
})

t.test('transfer codings other than chunked are refused', async (t) => {
  const server = await serve(t)
  const chunked = 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  const old = await server.raw(`POST /v1/login HTTP/1.0\r\n${chunked}`)
  answered(t, old, 400, 'malformed-request')
  const codings = (value: string) =>
    server.raw(
      `POST /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: ${value}\r\n\r\n0\r\n\r\n`,
    )
  for (const value of ['gzip, chunked', 'identity, chunked'])
    answered(t, await codings(value), 400, 'malformed-request')
  for (const value of ['chunked', 'Chunked '])
    answered(t, await codings(value), 405, 'method-not-allowed')
})

t.test('a request target in absolute form is routed by its path', async (t) => {
  const server = await serve(t)
  const get = (address: string) =>
    server.raw(`GET ${address} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
  t.match(await get('http://a:1/healthz'), /^HTTP\/1\.1 200/)
  // The page where it was built, else the redirect to /docs.
  t.match(await get('HTTP://a'), /^HTTP\/1\.1 (200|302)/)
  t.match(await get('http://a?b'), /^HTTP\/1\.1 (200|302)/)
})

t.test('odd requests are answered', async (t) => {
  const server = await serve(t)
  const connect = answered(
    t,
    await server.raw('CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n'),
    405,
    'method-not-allowed',
  )
  t.match(connect.head, /\r\nallow: GET, HEAD, POST/i)
  const close = 'Connection: close\r\n\r\n'
  const expect = await server.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: more\r\n${close}`)
  t.match(answered(t, expect, 400, 'invalid-request').details.errors, [{ parameter: 'Expect' }])
  const options = await server.raw(`OPTIONS * HTTP/1.1\r\nHost: a\r\n${close}`)
  answered(t, options, 404, 'not-found')
  const upgrade = await server.raw(
    'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n',
  )
  t.match(upgrade, /^HTTP\/1\.1 200/)
})

t.test('a client that resets its refused CONNECT does no harm', async (t) => {
  const server = await serve(t)
  const refused = once(server.app.server, 'connect')
  const socket = await server.open()
  socket.write('CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n')
  const [, theirs] = await refused
  theirs.destroy(new Error('gone'))
  await once(socket.on('error', () => {}).resume(), 'close')
  t.equal((await server.call('GET', '/healthz')).status, 200)
})

t.test('100-continue is continued', async (t) => {
  const server = await serve(t)
  const request = send(`${server.url}/v1/login`, {
    method: 'POST',
    agent: new Agent({ keepAlive: false }),
    headers: { 'content-type': 'application/json', expect: '100-continue' },
  })
  request.flushHeaders()
  await once(request, 'continue')
  request.end('{"username":"x","password":"y"}')
  const [response] = await once(request, 'response')
  t.equal(response.resume().statusCode, 401)
})

t.test('a server that closes answers running requests first', async (t) => {
  const server: Server = await serve(t)
  await server.join('ann')
  const gate = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  server.chat.loginDelay = () => {
    asked.resolve()
    return gate.promise
  }
  const login = server.call('POST', '/v1/login', {
    json: { username: 'ann', password: 'password' },
  })
  await asked.promise
  const closed = server.app.close()
  gate.resolve()
  t.equal((await login).status, 200)
  await closed
})
