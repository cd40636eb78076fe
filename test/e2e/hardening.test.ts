import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import t, { type Test } from 'tap'
import { openRoom } from '../support/room.ts'
import { checkResponse } from './bad-requests/check-response.ts'
import { exchange, openSocket, readAnswers, readToEnd } from './bad-requests/exchange.ts'
import { ask, bad, post } from './bad-requests/row.ts'
import { SpecReader } from './support/spec-reader.ts'

// What these tests do most is wait.
t.jobs = 2

const timeouts = { headersMs: 300, requestMs: 600, checkMs: 50, pingMs: 2000 }
const host = 'Host: chat.test\r\n'
const login = `POST /v1/login HTTP/1.1\r\n${host}Content-Type: application/json\r\n`

/** Sends a piece every few milliseconds for as long as the connection takes it. */
function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 30)
  socket.once('close', () => clearInterval(timer))
}

t.test('whoever sends slowly is told so and cut off', async (t) => {
  const room = await openRoom(t, { settings: { heartbeatMs: 100 }, tuning: { http: { timeouts } } })
  const ann = await room.join('ann')
  const slow: [who: string, bytes: string, piece?: string][] = [
    ['a silent connection', ''],
    ['a request line without end', 'GET /heal'],
    ['headers without end', `GET /healthz HTTP/1.1\r\n${host}X: `],
    ['headers letter by letter', `GET /healthz HTTP/1.1\r\n${host}X: `, 'x'],
    ['headers line by line', `GET /healthz HTTP/1.1\r\n${host}`, 'X: y\r\n'],
    ['empty lines', '\r\n', '\r\n'],
    ['a body that does not come', `${login}Content-Length: 9\r\n\r\n`],
    ['a body letter by letter', `${login}Content-Length: 50000\r\n\r\n{`, ' '],
    ['chunks without end', `${login}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  ]
  await Promise.all(
    slow.map(async ([who, bytes, piece]) => {
      const socket = await openSocket(room.url)
      const read = readToEnd(socket, 3000)
      socket.write(bytes)
      if (piece !== undefined) drip(socket, piece)
      const expected = bad(who, bytes, { code: 'request-timeout' })
      t.same(checkResponse(readAnswers(await read), expected), [], who)
    }),
  )
  t.notOk(ann.stream.closed, 'a stream has no time limit')
  await ann.stream.next('heartbeat')
})

t.test('a flood of 2,000 connections leaves the server serving, and is let go', async (t) => {
  const flooded = { ...timeouts, headersMs: 8000, requestMs: 8000 }
  const room = await openRoom(t, { tuning: { http: { timeouts: flooded } } })
  const ann = await room.join('ann')
  const sockets: Socket[] = []
  const halves = [
    '',
    'GET',
    `GET /v1/me HTTP/1.1\r\n${host}X:`,
    `${login}Content-Length: 99\r\n\r\n{`,
  ]
  for (let batch = 0; batch < 20; batch++) {
    const opened = Array.from({ length: 100 }, async (_, at) => {
      const socket = await openSocket(room.url, `127.0.1.${1 + batch}`)
      socket.resume().write(halves[at % halves.length] as string)
      return socket
    })
    sockets.push(...(await Promise.all(opened)))
    // On a connection of its own, which is accepted behind all of these.
    const [health] = await exchange(room.url, ask('GET', '/healthz'))
    if (health?.status !== 200) t.fail(`not serving after ${sockets.length}`)
  }
  t.equal(sockets.filter(({ closed }) => !closed).length, 2000, 'all are held open')
  t.equal((await room.call('GET', '/healthz')).status, 200)
  t.equal((await ann.broadcast('hi')).status, 201)
  t.equal((await ann.stream.next('message')).data.text, 'hi')
  await Promise.all(sockets.map((socket) => socket.closed || once(socket, 'close')))
  t.pass('all were let go')
  t.equal((await room.call('GET', '/readyz')).status, 200)
})

t.test('requests in one piece are answered one by one, in order', async (t) => {
  const room = await openRoom(t)
  const keep = (path: string) => `GET ${path} HTTP/1.1\r\n${host}\r\n`
  const last = ask('GET', '/v1/me').toString()
  const answers = await exchange(
    room.url,
    keep('/healthz') + keep('/nope') + keep('/readyz') + last,
  )
  t.same(
    answers.map(({ status }) => status),
    [200, 404, 200, 401],
  )
  const { token } = await room.register('ann')
  const said = post('/v1/messages/broadcast', { text: 'hi' }, { token }).toString()
  const kept = said.replace('Connection: close\r\n', '')
  const broken = await exchange(room.url, `${keep('/healthz')}${kept}nonsense\r\n\r\n${kept}`)
  t.same(
    broken.map(({ status }) => status),
    [200, 201, 400],
    'what is no HTTP is not the answer to what was sent before it, and ends the connection',
  )
  const { body } = await room.call('GET', '/v1/messages', { token })
  t.equal(body.messages.length, 1)
  const smuggled = `${post('/v1/login', `{}${keep('/readyz')}`)}`.replace(
    /Content-Length: \d+/,
    'Content-Length: 2',
  )
  const [first, ...more] = await exchange(room.url, smuggled)
  t.equal(first?.status, 400)
  t.same(more, [], 'nothing is answered behind the last request')
})

/** A stream's body from its bytes, with the chunks taken off. */
function dechunked(bytes: Buffer): string {
  let rest = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4)
  let body = ''
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.toString('latin1', 0, Math.max(0, end)), 16)
    if (end < 0 || !(rest.length >= end + 4 + size)) return body
    if (rest.toString('latin1', end + 2 + size, end + 4 + size) !== '\r\n')
      throw new Error('a broken chunk')
    body += rest.toString('utf8', end + 2, end + 2 + size)
    rest = rest.subarray(end + 4 + size)
  }
}

async function readStream(t: Test, socket: Socket, until: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  t.teardown(() => socket.destroy())
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk)
    if (Buffer.concat(chunks).includes(until)) break
  }
  return Buffer.concat(chunks)
}

t.test('a stream behind other requests begins after their answers', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const socket = await openSocket(room.url)
  const authorization = `${host}Authorization: Bearer ${ann.token}\r\n`
  const request = (path: string) => `GET ${path} HTTP/1.1\r\n${authorization}\r\n`
  socket.write(request('/v1/me') + request('/nope') + request('/v1/events'))
  const bytes = await readStream(t, socket, 'event: ready')
  const begun = bytes.indexOf('HTTP/1.1 200 OK', 20)
  t.same(
    readAnswers(bytes.subarray(0, begun)).map(({ status }) => status),
    [200, 404],
  )
  t.match(bytes.toString('latin1', begun), /text\/event-stream.*event: ready/s)
})

t.test('requests behind a stream neither break it nor are answered in it', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const bob = await room.register('bob')
  const socket = await openSocket(room.url)
  const authorization = `${host}Authorization: Bearer ${ann.token}\r\n`
  const request = (path: string) => `GET ${path} HTTP/1.1\r\n${authorization}\r\n`
  socket.write(request('/v1/events') + request('/v1/me') + request('/nope'))
  const ready = await readStream(t, socket, 'event: ready')
  socket.write(`${request('/healthz')}nonsense\r\n\r\n`)
  for (let at = 0; at < 20; at++) await bob.broadcast(`message ${at}`)
  const bytes = Buffer.concat([ready, await readStream(t, socket, 'message 19')])
  t.equal(bytes.toString('latin1').match(/HTTP\/1\.1 /g)?.length, 1, 'one head and no other')
  const reader = new SpecReader()
  reader.read(dechunked(bytes))
  t.same(reader.oddLines, [])
  t.same(
    reader.events.filter(({ type }) => type === 'message').map(({ data }) => JSON.parse(data).text),
    Array.from({ length: 20 }, (_, at) => `message ${at}`),
  )
})

t.test('readers that never read are cut off, and hold next to nothing until then', async (t) => {
  const accepted: Socket[] = []
  const onSocket = (message: unknown) => accepted.push((message as { socket: Socket }).socket)
  subscribe('net.server.socket', onSocket)
  t.teardown(() => unsubscribe('net.server.socket', onSocket))
  const settings = { presenceGraceMs: 0, heartbeatMs: 200 }
  const room = await openRoom(t, { settings, tuning: { writeTimeoutMs: 500 } })
  const ann = await room.join('ann')
  const bob = await room.join('bob')
  await ann.stream.next('presence', ({ joined }) => joined.includes('bob'))
  const ports: number[] = [bob.stream.socket.localPort as number]
  bob.stream.stall()
  for (let at = 0; at < 9; at++) {
    const stream = await bob.open()
    ports.push(stream.socket.localPort as number)
    stream.stall()
  }
  const stalled = accepted.filter(({ remotePort }) => ports.includes(remotePort as number))
  t.equal(stalled.length, 10)

  let left = false
  const gone = ann.stream
    .next('presence', (data: { left: string[] }) => data.left.includes('bob'))
    .then(() => {
      left = true
    })
  // Four bytes a character: 16 KiB a message, so that no system buffers them all.
  const text = '\u{1f600}'.repeat(4000)
  let most = 0
  for (let said = 0; !left && said < 3000; said += 8) {
    await Promise.all(Array.from({ length: 8 }, () => ann.broadcast(text)))
    most = Math.max(most, ...stalled.map(({ writableLength }) => writableLength))
  }
  await gone
  t.ok(most > 0 && most <= 256 * 1024, `at most ${most} bytes wait for one reader`)
  t.ok(stalled.every(({ destroyed }) => destroyed))
  const cursor = bob.stream.cursor as string
  const resumed = await bob.open({ cursor })
  await resumed.next('ready')
  const ids = resumed.messages.map(({ id }) => id)
  t.same(
    ids,
    Array.from({ length: ids.length }, (_, at) => at + 1),
    'and resumes without a loss',
  )
  t.ok(ids.length > 0)
})

// Alone: what arrives too slowly is hashed in turn.
t.test(
  'more passwords than can be hashed in turn are refused at once',
  { buffered: false },
  async (t) => {
    const room = await openRoom(t)
    const attempt = async () => {
      const body = { username: 'nobody', password: 'whatever' }
      const { status, headers } = await room.call('POST', '/v1/login', { body })
      return { status, retryAfter: headers.get('retry-after'), at: performance.now() }
    }
    const attempted = 150
    const attempts = Array.from({ length: attempted }, attempt)
    const health = await room.call('GET', '/healthz')
    const served = performance.now()
    t.equal(health.status, 200)
    const answers = await Promise.all(attempts)
    const refused = answers.filter(({ status }) => status === 503)
    const judged = answers.filter(({ status }) => status === 401)
    t.equal(refused.length + judged.length, attempted)
    t.ok(
      judged.length <= 64 + 3 + refused.length && refused.length >= 20,
      `${refused.length} refused`,
    )
    t.ok(refused.every(({ retryAfter }) => Number(retryAfter) >= 1))
    const lastJudged = Math.max(...judged.map(({ at }) => at))
    t.ok(Math.max(...refused.map(({ at }) => at)) < lastJudged, 'at once')
    t.ok(served < lastJudged, 'everything else is served meanwhile')
  },
)
