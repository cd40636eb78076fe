import t, { type Test } from 'tap'
import { openRoom, type Room } from '../support/room.ts'
import { checkResponse } from './bad-requests/check-response.ts'
import { exchange, type RawAnswer } from './bad-requests/exchange.ts'
import { ask, bad, post, type Row } from './bad-requests/row.ts'
import { LogLines } from './support/log-lines.ts'

// Each test has a server of its own, and waits for it.
t.jobs = 3

/** Sends from one of this machine's own addresses, each of which is another client. */
async function from(room: Room, localAddress: string, bytes: Buffer): Promise<RawAnswer> {
  const [answer] = await exchange(room.url, bytes, { localAddress })
  return answer as RawAnswer
}

const refusedRow = (bytes: Buffer): Row => bad('over a limit', bytes, { code: 'too-many-requests' })

function refused(t: Test, answer: RawAnswer, bytes: Buffer, what: string) {
  t.same(checkResponse([answer], refusedRow(bytes)), [], what)
  const seconds = Number(answer.headers.get('retry-after'))
  t.ok(seconds >= 1 && seconds <= 3600, `${what}: try again in ${seconds} s`)
}

t.test('failed logins lock an address out of a name, and nobody else', async (t) => {
  const room = await openRoom(t, { settings: { loginsPerMinute: 2 } })
  await room.register('ann')
  await room.register('bob')
  const login = (username: string, password: string) => post('/v1/login', { username, password })
  const right = login('ann', 'ann-password')
  const wrong = login('ann', 'wrong-password')
  const statuses: number[] = []
  for (let at = 0; at < 2; at++) statuses.push((await from(room, '127.0.0.2', wrong)).status)
  t.same(statuses, [401, 401])
  refused(t, await from(room, '127.0.0.2', wrong), wrong, 'a third wrong password')
  refused(t, await from(room, '127.0.0.2', right), right, 'even the right password')
  const capitals = login('ANN', 'ann-password')
  refused(t, await from(room, '127.0.0.2', capitals), capitals, 'also in capitals')
  t.equal((await from(room, '127.0.0.3', right)).status, 200, 'the person elsewhere is not locked')
  const other = login('bob', 'bob-password')
  t.equal((await from(room, '127.0.0.2', other)).status, 200, 'another name is not locked')
})

t.test('registrations are limited for an address', async (t) => {
  const room = await openRoom(t, { settings: { registrationsPerHour: 1 } })
  const register = (username: string) => post('/v1/register', { username, password: 'long-enough' })
  t.equal((await from(room, '127.0.0.2', register('ann'))).status, 201)
  refused(t, await from(room, '127.0.0.2', register('bob')), register('bob'), 'a second one')
  t.equal((await from(room, '127.0.0.3', register('bob'))).status, 201)
})

t.test('messages are limited for an account, and a replay is free', async (t) => {
  const room = await openRoom(t, { settings: { messagesPerMinute: 2 } })
  const { token } = await room.register('ann')
  const say = (text: string, key: string) =>
    post('/v1/messages/broadcast', { text }, { token, lines: [`Idempotency-Key: ${key}`] })
  const first = await from(room, '127.0.0.1', say('one', 'a'))
  for (let at = 0; at < 4; at++)
    t.equal((await from(room, '127.0.0.1', say('one', 'a'))).body, first.body)
  t.equal((await from(room, '127.0.0.1', say('two', 'b'))).status, 201)
  const third = say('three', 'c')
  refused(t, await from(room, '127.0.0.2', third), third, 'a third, wherever it comes from')
  const replayed = await from(room, '127.0.0.1', say('one', 'a'))
  t.equal(replayed.status, 201)
  t.same(replayed.headers.get('idempotent-replayed'), ['true'])
  t.equal(replayed.body, first.body)
})

t.test('reads and openings of streams are limited for an account', async (t) => {
  const settings = { readsPerMinute: 3, streamOpensPerMinute: 2 }
  const room = await openRoom(t, { settings })
  const ann = await room.register('ann')
  const { token } = ann
  for (const path of ['/v1/me', '/v1/messages', '/v1/users/online'])
    t.equal((await from(room, '127.0.0.1', ask('GET', path, { token }))).status, 200)
  const read = ask('GET', '/v1/messages/1', { token })
  refused(t, await from(room, '127.0.0.1', read), read, 'a fourth read')
  for (let at = 0; at < 2; at++) (await ann.open()).cut()
  const open = ask('GET', '/v1/events', { token })
  refused(t, await from(room, '127.0.0.1', open), open, 'a third stream')
  t.equal((await ann.broadcast('hi')).status, 201, 'posting is not reading')
})

t.test('X-Forwarded-For is believed from a trusted proxy alone', async (t) => {
  const log = new LogLines()
  const settings = {
    trustProxy: ['127.0.0.2', '127.0.1.0/24'],
    logLevel: 'info' as const,
    registrationsPerHour: 1,
  }
  const room = await openRoom(t, { settings, tuning: { http: { logStream: log } } })
  const seen = async (address: string, ...forwarded: string[]) => {
    const lines = forwarded.map((value) => `X-Forwarded-For: ${value}`)
    await from(room, address, ask('GET', '/nope', { lines }))
    return log.of('route not found').at(-1)?.address
  }
  t.equal(await seen('127.0.0.2', '203.0.113.1'), '203.0.113.1')
  t.equal(await seen('127.0.1.9', '203.0.113.1, 127.0.0.2'), '203.0.113.1')
  t.equal(await seen('127.0.0.2', '203.0.113.1, 203.0.113.2'), '203.0.113.2', 'the last hop')
  t.equal(await seen('127.0.0.3', '203.0.113.1'), '127.0.0.3', 'from anyone else')
  t.equal(await seen('127.0.0.2'), '127.0.0.2')
  const register = (username: string, forwarded: string) =>
    post(
      '/v1/register',
      { username, password: 'long-enough' },
      { lines: [`X-Forwarded-For: ${forwarded}`] },
    )
  const statuses: number[] = []
  for (const [name, address, forwarded] of [
    ['ann', '127.0.0.3', '203.0.113.1'],
    ['bob', '127.0.0.3', '203.0.113.2'],
    ['bob', '127.0.0.2', '203.0.113.3'],
    ['cid', '127.0.0.2', '203.0.113.3'],
    ['cid', '127.0.0.2', '2001:db8::1'],
    ['dee', '127.0.0.2', '2001:db8::2'],
  ] as const)
    statuses.push((await from(room, address, register(name, forwarded))).status)
  t.same(statuses, [201, 429, 201, 429, 201, 429], 'an invented address is no way around a limit')
})

const preflight = (origin: string) =>
  ask('OPTIONS', '/v1/messages/direct', {
    lines: [
      `Origin: ${origin}`,
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization,content-type,idempotency-key',
    ],
  })

const corsHeaders = ({ headers }: RawAnswer) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

t.test('without origins no page of another origin is let in', async (t) => {
  const room = await openRoom(t)
  const origin = 'https://chat.example'
  const answer = await from(room, '127.0.0.1', preflight(origin))
  t.equal(answer.status, 403)
  t.same(corsHeaders(answer), {})
  const read = ask('GET', '/healthz', { lines: [`Origin: ${origin}`] })
  t.same(corsHeaders(await from(room, '127.0.0.1', read)), {})
})

t.test('with origins exactly those are let in, to exactly what they need', async (t) => {
  const origin = 'https://chat.example'
  const room = await openRoom(t, { settings: { corsOrigins: [origin, 'http://lan:8080'] } })
  const answer = await from(room, '127.0.0.1', preflight(origin))
  t.equal(answer.status, 204)
  t.same(corsHeaders(answer), {
    'access-control-allow-origin': [origin],
    'access-control-allow-methods': ['DELETE, GET, HEAD, PATCH, POST, PUT'],
    'access-control-allow-headers': ['Authorization, Content-Type, Idempotency-Key, Last-Event-ID'],
    'access-control-expose-headers': ['Location, Retry-After, Idempotent-Replayed'],
    'access-control-max-age': ['600'],
  })
  for (const other of [
    'https://evil.example',
    'https://chat.example.evil',
    'http://chat.example',
    'null',
  ])
    t.notOk(
      'access-control-allow-origin' in corsHeaders(await from(room, '127.0.0.1', preflight(other))),
      other,
    )
  const ann = await room.register('ann')
  const lines = [`Origin: ${origin}`]
  const refusal = await from(room, '127.0.0.1', ask('GET', '/v1/me', { lines }))
  const read = await from(room, '127.0.0.1', ask('GET', '/v1/me', { lines, token: ann.token }))
  for (const { headers } of [refusal, read]) {
    t.same(headers.get('access-control-allow-origin'), [origin], 'refusals can be read too')
    t.match(String(headers.get('access-control-expose-headers')), /Location, Retry-After/)
    t.match(String(headers.get('vary')), /Origin/i)
  }
  const stream = await ann.open({ headers: { origin } })
  t.match(stream.head, new RegExp(`access-control-allow-origin: ${origin}`, 'i'))
})

t.test('answers say how far browsers may trust and keep them', async (t) => {
  const room = await openRoom(t)
  const { token, ...ann } = await room.join('ann')
  const get = (path: string) => from(room, '127.0.0.1', ask('GET', path, { token }))
  for (const path of ['/docs/', '/openapi.json', '/healthz', '/v1/me', '/v1/messages', '/nope']) {
    const { headers } = await get(path)
    const policy = String(headers.get('content-security-policy'))
    t.match(policy, /default-src 'self'/, path)
    t.match(policy, /frame-ancestors 'none'/)
    t.notMatch(policy, /upgrade-insecure-requests|unsafe-eval|script-src [^;]*unsafe-inline/)
    t.same(headers.get('referrer-policy'), ['no-referrer'])
    t.same(headers.get('x-content-type-options'), ['nosniff'])
    t.notOk(headers.has('strict-transport-security'), 'plain http on a LAN works')
    const kept = headers.get('cache-control')
    if (path.startsWith('/v1')) t.same(kept, ['no-store'])
  }
  t.match(ann.stream.head, /\r\ncache-control: no-cache, no-transform(\r\n|$)/i)
  t.match(ann.stream.head, /\r\nx-accel-buffering: no(\r\n|$)/i)
  t.match(ann.stream.head, /\r\ncontent-type: text\/event-stream; charset=utf-8(\r\n|$)/i)
  t.notMatch(ann.stream.head, /no-store/i)
})
