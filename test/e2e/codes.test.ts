import { once } from 'node:events'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { type ProblemCode, problems } from '../../src/chat/problems.ts'
import { openRoom, type Room, temporaryFolder } from '../support/room.ts'
import { exchange, type RawAnswer } from './bad-requests/exchange.ts'
import { judge } from './bad-requests/judge.ts'
import {
  ask,
  bad,
  type Expected,
  inBody,
  inParameter,
  invalidToken,
  post,
} from './bad-requests/row.ts'
import { breakPasswordHash } from './support/damage.ts'

const host = 'Host: chat.test\r\n'
const provoked = new Set<ProblemCode>()

/** Sends a request that must be answered with a problem. */
async function refused(t: Test, room: Room, bytes: Buffer | string, expected: Expected) {
  const row = bad('', bytes, expected)
  t.same(judge(await exchange(room.url, row.bytes), row), [], expected.code)
  provoked.add(expected.code)
}

/** Sends a request that must be done. */
async function done(t: Test, room: Room, bytes: Buffer, status: number): Promise<RawAnswer> {
  const [answer] = await exchange(room.url, bytes)
  t.equal(answer?.status, status, `${bytes}`.split(' HTTP', 1).join())
  return answer as RawAnswer
}

const json = ({ body }: RawAnswer) => JSON.parse(body)
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const user = (username: string) => ({ id: Number, username, createdAt: time })
const opened = (username: string) => ({
  user: user(username),
  token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
  tokenType: 'Bearer',
  expiresAt: time,
})

const timeouts = { headersMs: 200, requestMs: 400, checkMs: 50, pingMs: 2000 }

t.test('coming in and leaving', async (t) => {
  const folder = await temporaryFolder(t)
  const room = await openRoom(t, { folder })
  const ann = { username: 'ann', password: 'ann-password' }
  const { token } = json(await done(t, room, post('/v1/register', ann), 201))
  await refused(t, room, post('/v1/register', ann), { code: 'username-taken' })
  await refused(t, room, post('/v1/register', { ...ann, username: 'a' }), inBody('username'))
  const login = json(await done(t, room, post('/v1/login', ann), 200))
  t.match(login, opened('ann'))
  t.match(json(await done(t, room, ask('GET', '/v1/me', { token }), 200)), {
    user: user('ann'),
    session: { createdAt: time, expiresAt: time },
  })
  const nobody = post('/v1/login', { ...ann, username: 'nobody' })
  const wrong = post('/v1/login', { ...ann, password: 'wrong-password' })
  await refused(t, room, nobody, { code: 'unknown-user' })
  await refused(t, room, wrong, { code: 'wrong-password' })
  const left = await done(t, room, ask('POST', '/v1/logout', { token }), 204)
  t.equal(left.body, '')
  await refused(t, room, ask('GET', '/v1/me', { token }), invalidToken)
  await refused(t, room, ask('POST', '/v1/logout', { token }), invalidToken)
  await room.stop()

  const closed = await openRoom(t, { folder, settings: { registration: 'closed' } })
  await refused(t, closed, post('/v1/register', ann), { code: 'registration-closed' })
  await refused(t, closed, nobody, { code: 'wrong-credentials' })
  await refused(t, closed, wrong, { code: 'wrong-credentials' })
  t.match(json(await done(t, closed, post('/v1/login', ann), 200)), opened('ann'))
})

t.test('saying something and reading it', async (t) => {
  const room = await openRoom(t)
  const { token } = await room.join('ann')
  await room.register('bob')
  const say = (text: string, lines: string[] = []) =>
    post('/v1/messages/broadcast', { text }, { token, lines })
  const first = await done(t, room, say('hi'), 201)
  t.match(json(first), { id: 1, kind: 'broadcast', from: 'ann', text: 'hi', sentAt: time })
  t.same(first.headers.get('location'), ['/v1/messages/1'])
  await refused(t, room, say(''), inBody('text'))

  const direct = (to: string, fields: object = {}) =>
    post('/v1/messages/direct', { to, text: 'psst', ...fields }, { token })
  await refused(t, room, direct('nobody'), { code: 'unknown-recipient' })
  await refused(t, room, direct('bob'), { code: 'recipient-offline' })
  const kept = await done(t, room, direct('bob', { whenOffline: 'keep' }), 201)
  t.match(json(kept), { id: 2, kind: 'direct', from: 'ann', to: 'bob', text: 'psst' })
  t.same(kept.headers.get('location'), ['/v1/messages/2'])
  t.match(json(await done(t, room, direct('ann'), 201)), { id: 3, to: 'ann' })

  const key = ['Idempotency-Key: k']
  const once = await done(t, room, say('once', key), 201)
  const replayed = await done(t, room, say('once', key), 201)
  t.equal(replayed.body, once.body)
  t.notOk(once.headers.has('idempotent-replayed'))
  t.same(replayed.headers.get('idempotent-replayed'), ['true'])
  await refused(t, room, say('twice', key), { code: 'idempotency-key-reused' })

  const read = (query: string) => ask('GET', `/v1/messages${query}`, { token })
  const page = json(await done(t, room, read('?limit=2'), 200))
  t.match(page, { messages: [{ id: 3 }, { id: 4 }], more: true, cursor: /^4-[0-9a-z]{8}$/ })
  await refused(t, room, read('?limit=0'), inParameter('limit'))
  await refused(t, room, read('?with=nobody'), { code: 'unknown-recipient' })
  t.match(json(await done(t, room, read('/1'), 200)), { id: 1 })
  await refused(t, room, read('/99'), { code: 'not-found' })
  t.match(json(await done(t, room, ask('GET', '/v1/users/online', { token }), 200)), {
    users: [{ username: 'ann', onlineSince: time }],
    count: 1,
    more: false,
  })
})

t.test('the stream', async (t) => {
  const room = await openRoom(t, { settings: { streamsPerUser: 1, maxStreams: 2 } })
  const ann = await room.join('ann')
  t.match(ann.stream.head, /^HTTP\/1\.1 200 OK\r\n/)
  const { token } = ann
  const made = json(await done(t, room, ask('POST', '/v1/events/token', { token }), 201))
  t.match(made, { token: String, expiresAt: time })
  await refused(t, room, ask('GET', '/v1/events', { token, lines: ['Accept: text/html'] }), {
    code: 'not-acceptable',
  })
  await refused(
    t,
    room,
    ask('GET', '/v1/events?lastEventId=x', { token }),
    inParameter('lastEventId'),
  )
  const other = await room.login('ann')
  await refused(t, room, ask('GET', '/v1/events', other), { code: 'too-many-streams' })
  await room.join('bob')
  const cid = await room.register('cid')
  await refused(t, room, ask('GET', '/v1/events', cid), { code: 'unavailable' })

  const head = await fetch(`${room.url}/v1/events`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${cid.token}` },
  })
  t.equal(head.status, 200)
  t.equal(head.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  t.equal(head.headers.get('cache-control'), 'no-cache, no-transform')
  t.equal(head.headers.get('x-accel-buffering'), 'no')
  const { body } = await ann.call('GET', '/v1/users/online')
  t.equal(body.count, 2, 'and opens nothing')
})

t.test('what is refused before anyone is asked', async (t) => {
  const room = await openRoom(t, { tuning: { http: { timeouts } } })
  const nope = ask('GET', '/nope')
  await refused(t, room, nope, { code: 'not-found', operations: true })
  const { operations } = json(await done(t, room, nope, 404))
  const listed = operations.map(({ method, path }: Record<string, string>) => `${method} ${path}`)
  t.same(listed.sort(), [
    'GET /healthz',
    'GET /openapi.json',
    'GET /problems/{code}',
    'GET /readyz',
    'GET /v1/events',
    'GET /v1/me',
    'GET /v1/messages',
    'GET /v1/messages/{id}',
    'GET /v1/users/online',
    'POST /v1/events/token',
    'POST /v1/login',
    'POST /v1/logout',
    'POST /v1/messages/broadcast',
    'POST /v1/messages/direct',
    'POST /v1/register',
  ])
  t.ok(operations.every(({ summary }: { summary: string }) => /^[^\n]{5,}$/.test(summary)))
  for (const method of ['OPTIONS', 'PUT'])
    await refused(t, room, ask(method, '/v1/me'), {
      code: 'method-not-allowed',
      allow: 'GET, HEAD',
    })
  const big = { username: 'ann', password: 'x'.repeat(70_000) }
  await refused(t, room, post('/v1/login', big), { code: 'payload-too-large' })
  const text = post('/v1/login', 'hi', { type: 'text/plain' })
  await refused(t, room, text, { code: 'unsupported-media-type' })
  await refused(t, room, 'nonsense\r\n\r\n', { code: 'malformed-request' })
  await refused(t, room, `GET / HTTP/1.1\r\n${host}X:`, { code: 'request-timeout' })
  await refused(t, room, `GET / HTTP/1.1\r\n${host}X: ${'x'.repeat(20_000)}\r\n\r\n`, {
    code: 'headers-too-large',
  })
})

t.test('limits', async (t) => {
  const room = await openRoom(t, { settings: { messagesPerMinute: 1 } })
  const ann = await room.register('ann')
  await ann.broadcast('hi')
  await refused(t, room, post('/v1/messages/broadcast', { text: 'hi' }, ann), {
    code: 'too-many-requests',
  })
})

t.test('the server itself', async (t) => {
  const room = await openRoom(t)
  for (const path of ['/healthz', '/readyz'])
    t.same(json(await done(t, room, ask('GET', path), 200)), { status: 'ok' })
  const docs = await fetch(`${room.url}/docs`)
  t.equal(docs.status, 200)
  t.match(docs.headers.get('content-type'), /^text\/html/)
  t.match(await docs.text(), /swagger-ui/)
  const document = json(await done(t, room, ask('GET', '/openapi.json'), 200))
  t.match(document, { openapi: /^3\./, paths: { '/v1/events': Object } })
  for (const path of ['/healthz', '/readyz', '/openapi.json', '/docs', '/problems/not-found']) {
    const head = await fetch(room.url + path, { method: 'HEAD' })
    t.equal(head.status, 200, `HEAD ${path}`)
    t.equal(await head.text(), '')
  }
  t.equal((await fetch(`${room.url}/v1/me`, { method: 'HEAD' })).status, 401)
})

t.test('a mistake in the database is an internal error, and tells nothing', async (t) => {
  const room = await openRoom(t)
  await room.register('ann')
  breakPasswordHash(room.folder, 'ann')
  const login = post('/v1/login', { username: 'ann', password: 'ann-password' })
  await refused(t, room, login, { code: 'internal-error' })
})

t.test('a writer that dies in the middle of a commit leaves the outcome unknown', async (t) => {
  const workers: Worker[] = []
  const onWorker = (worker: Worker) => workers.push(worker)
  process.on('worker', onWorker)
  t.teardown(() => process.off('worker', onWorker))
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const writer = workers.find(({ threadName }) => threadName === 'obrol-writer') as Worker
  // The writer waits for this lock, so that it certainly has not answered when it dies.
  const lock = new Database(join(room.folder, 'obrol.db'))
  t.teardown(() => lock.close())
  lock.exec('BEGIN IMMEDIATE')
  const send = writer.postMessage.bind(writer)
  writer.postMessage = (message, ...rest) => {
    send(message, ...(rest as []))
    if (!JSON.stringify(message).includes('"append"')) return
    writer.terminate()
    lock.exec('ROLLBACK')
  }
  const exited = once(writer, 'exit')
  const say = post('/v1/messages/broadcast', { text: 'hi' }, ann)
  await refused(t, room, say, { code: 'outcome-unknown' })
  await exited
  t.match(await room.server.failed, { message: /writer/ }, 'the process is told to end')
  await refused(t, room, say, { code: 'unavailable' })
  await refused(t, room, ask('GET', '/readyz'), { code: 'unavailable' })
  t.equal((await room.call('GET', '/healthz')).status, 200, 'alive, but not ready')
})

t.test('every code of the catalogue was provoked, and is explained', async (t) => {
  const codes = Object.keys(problems) as ProblemCode[]
  t.same(
    codes.filter((code) => !provoked.has(code)),
    [],
  )
  const room = await openRoom(t)
  for (const code of codes) {
    const { status, title, explanation } = problems[code]
    const told = json(await done(t, room, ask('GET', `/problems/${code}`), 200))
    t.same(told, { type: `/problems/${code}`, status, title, explanation })
  }
})
