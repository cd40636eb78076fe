import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { LogLines } from '../e2e/support/log-lines.ts'
import { ControllableStore } from '../support/controllable-store.ts'
import { openRoom, type Room } from '../support/room.ts'
import { serve } from './support/server.ts'

/** Two pipelined requests: a login, which takes a while, and the stream. */
function pipelined(authorization: string): string {
  const body = JSON.stringify({ username: 'nobody', password: 'not a password' })
  const head = `POST /v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`
  const stream = `GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}${stream}`
}

/** Sends both on one connection. */
async function pipeline(
  room: Room,
  token: string,
): Promise<{ socket: Socket; text: () => string }> {
  const { hostname, port } = new URL(room.url)
  const socket = connect(Number(port), hostname)
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
  })
  await once(socket, 'connect')
  socket.write(pipelined(`Bearer ${token}`))
  return { socket, text: () => text }
}

t.test('HEAD is answered with the head of a stream, without a length', async (t) => {
  const room = await openRoom(t)
  const { token } = await room.register('ann')
  const { hostname, port } = new URL(room.url)
  const socket = connect(Number(port), hostname)
  socket.write(
    `HEAD /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  )
  let text = ''
  for await (const bytes of socket) text += bytes
  t.match(text, /^HTTP\/1\.1 200 OK\r\n.*content-type: text\/event-stream; charset=utf-8\r\n/s)
  t.match(text, /\r\ncache-control: no-cache, no-transform\r\n/)
  t.notMatch(text, /content-length/i)
  t.match(text, /\r\n\r\n$/, 'and nothing behind it')
})

t.test('the answer of a stream has the headers of all answers, and its own', async (t) => {
  const origin = 'https://chat.example'
  const room = await openRoom(t, { settings: { corsOrigins: [origin] } })
  const { token } = await room.register('ann')
  const { hostname, port } = new URL(room.url)
  for (const version of ['1.1', '1.0']) {
    const socket = connect(Number(port), hostname)
    socket.write(
      `GET /v1/events HTTP/${version}\r\nHost: x\r\nOrigin: ${origin}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes
    })
    while (!text.includes('event: ready')) await once(socket, 'data')
    socket.destroy()
    const [head = ''] = text.split('\r\n\r\n', 1)
    const [status, ...lines] = head.split('\r\n')
    t.equal(status, 'HTTP/1.1 200 OK')
    const headers = Object.fromEntries(lines.map((line) => line.split(': ', 2)))
    t.match(headers, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'access-control-allow-origin': origin,
      vary: /origin/i,
      connection: 'close',
    })
    t.equal(headers['transfer-encoding'], version === '1.1' ? 'chunked' : undefined)
    t.equal(lines.length, Object.keys(headers).length, 'each header once')
    t.ok(Math.abs(Date.parse(headers.date as string) - Date.now()) < 60_000)
  }
})

t.test('a pipelined stream opens after the answer before it', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const { socket, text } = await pipeline(room, ann.token)
  while (!text().includes('event: ready')) await once(socket, 'data')
  t.match(
    text(),
    /^HTTP\/1\.1 401 .*HTTP\/1\.1 200 OK\r\n.*retry: 3000\n\r\n\w+\r\nevent: ready\n/s,
  )
  await ann.broadcast('heard')
  while (!text().includes('"heard"')) await once(socket, 'data')
  socket.destroy()
})

t.test('a client that leaves while its stream waits opens none', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const { socket } = await pipeline(room, ann.token)
  socket.destroy()
  await room.call('POST', '/v1/login', { body: { username: 'nobody', password: 'no password' } })
  t.equal((await ann.call('GET', '/v1/users/online')).body.count, 0)
})

t.test('a pipelined stream is authenticated when its turn comes', async (t) => {
  const server = await serve(t)
  const headers = await server.join('ann')
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.chat.loginDelay = () => {
    begun.resolve()
    return go.promise
  }
  const text = server.raw(
    pipelined(headers.authorization).replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'),
  )
  await begun.promise
  t.equal((await server.call('POST', '/v1/logout', { headers })).status, 204)
  go.resolve()
  t.match(await text, /^HTTP\/1\.1 401 .*HTTP\/1\.1 401 .*unauthorized/s)
})

t.test('a stream whose session ends while it opens gets bye at once', async (t) => {
  const store = new ControllableStore()
  const room = await openRoom(t, { tuning: { around: store.around } })
  const ann = await room.register('ann')
  // The cache may be out of date, so the store is asked: first for the request, then for the stream.
  store.isUpToDate = false
  let asked = 0
  store.gone.has = () => ++asked > 1
  const stream = await ann.open()
  t.same((await stream.next('bye')).data, { reason: 'logged-out' })
  await stream.ended()
})

t.test('a stream goes on whose session is found again', async (t) => {
  const store = new ControllableStore()
  const room = await openRoom(t, { tuning: { around: store.around } })
  const ann = await room.register('ann')
  store.isUpToDate = false
  const stream = await ann.open()
  await stream.next('ready')
  store.isUpToDate = true
  await ann.broadcast('hi')
  t.match((await stream.next('message')).data, { text: 'hi' })
})

t.test(
  'pipelined requests are answered one after the other, and a client that does not read is cut off',
  async (t) => {
    const log = new LogLines()
    const room = await openRoom(t, {
      settings: { logLevel: 'info' },
      tuning: { http: { timeouts: { writeTimeoutMs: 300 }, logStream: log } },
    })
    const ann = await room.register('ann')
    const text = 'x'.repeat(4_000)
    for (let nth = 0; nth < 50; nth++) await ann.broadcast(text)
    const { hostname, port } = new URL(room.url)
    const get = `GET /v1/messages?limit=50 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\n\r\n`

    const reading = connect(Number(port), hostname)
    let heads = 0
    reading.on('data', (bytes) => {
      heads += `${bytes}`.split('HTTP/1.1 200').length - 1
    })
    reading.write(get.repeat(17))
    while (heads < 17) await once(reading, 'data')
    reading.destroy()

    const unread = connect(Number(port), hostname).pause()
    unread.on('error', () => {})
    // The server stops reading when the buffers of the kernel are full of answers.
    const talking = setInterval(() => unread.write(get), 5)
    t.teardown(() => clearInterval(talking))
    await new Promise((resolve) => unread.once('close', resolve))
    t.same(log.of('connection closed'), [], 'not because too many wait')
  },
)

t.test('a client that does not read the refusals of bad paths is cut off', async (t) => {
  const server = await serve(t, {}, { timeouts: { writeTimeoutMs: 300 } })
  const unread = (await server.open()).pause()
  const side = await server.sideOf(unread)
  const closed = new Promise((resolve) => side.once('close', resolve))
  let going = true
  closed.then(() => {
    going = false
  })
  let answered = () => {}
  server.app.server.on('request', (_request, response) => response.once('finish', () => answered()))
  while (going) {
    const all = new Promise<void>((resolve) => {
      let open = 16
      answered = () => {
        open--
        if (open === 0) resolve()
      }
    })
    unread.write('GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(16))
    await Promise.race([all, closed])
  }
  t.same(server.logged('connection closed'), [], 'not because too many wait')
  unread.destroy()
})
