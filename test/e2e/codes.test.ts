import { once } from 'node:events'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import t from 'tap'
import { type ProblemCode, problems } from '../../src/chat/problems.ts'
import { callByConsole } from '../support/console.ts'
import { openRoom } from '../support/room.ts'
import { ask, inBody, inParameter, invalidToken, post } from './bad-requests/row.ts'
import { answers } from './behaviour/answers.ts'
import { breakPasswordHash } from './support/break-password-hash.ts'
import { done, json, opened, provoked, refused, time } from './support/requests.ts'

const host = 'Host: chat.test\r\n'
const timeouts = { headersMs: 200, requestMs: 400, checkMs: 50, pingMs: 2000 }

answers(t, openRoom)

t.test('where registration is closed, a login tells nobody who is known', async (t) => {
  const room = await openRoom(t)
  const ann = { username: 'ann', password: 'ann-password' }
  await room.register('ann')
  const nobody = post('/v1/login', { ...ann, username: 'nobody' })
  const wrong = post('/v1/login', { ...ann, password: 'wrong-password' })
  await room.stop()

  const closed = await openRoom(t, {
    folder: room.folder,
    settings: { registration: 'closed' },
  })
  await refused(t, closed, post('/v1/register', ann), { code: 'registration-closed' })
  await refused(t, closed, nobody, { code: 'wrong-credentials' })
  await refused(t, closed, wrong, { code: 'wrong-credentials' })
  t.match(json(await done(t, closed, post('/v1/login', ann), 200)), opened('ann'))
})

t.test('the stream', async (t) => {
  const room = await openRoom(t, { settings: { streamsPerUser: 1, maxStreams: 2 } })
  const ann = await room.join('ann')
  t.match(ann.stream.head, /^HTTP\/1\.1 200 OK\r\n/)
  const { token } = ann
  const made = json(await done(t, room, ask('POST', '/v1/events/token', { token }), 201))
  t.match(made, { token: String, expiresAt: time })
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
    'DELETE /v1/admin/users/{username}/ban',
    'DELETE /v1/admin/users/{username}/mute',
    'DELETE /v1/me/blocks/{username}',
    'DELETE /v1/messages/{id}',
    'DELETE /v1/messages/{id}/reactions/{emoji}',
    'DELETE /v1/rooms/{room}',
    'DELETE /v1/rooms/{room}/bans/{username}',
    'DELETE /v1/rooms/{room}/members/{username}',
    'DELETE /v1/sessions',
    'DELETE /v1/sessions/{id}',
    'DELETE /v1/tokens/{id}',
    'GET /healthz',
    'GET /openapi-3.2.json',
    'GET /openapi.json',
    'GET /problems/{code}',
    'GET /readyz',
    'GET /v1/admin/audit',
    'GET /v1/admin/users',
    'GET /v1/conversations',
    'GET /v1/conversations/{conversation}',
    'GET /v1/events',
    'GET /v1/me',
    'GET /v1/me/blocks',
    'GET /v1/messages',
    'GET /v1/messages/{id}',
    'GET /v1/rooms',
    'GET /v1/rooms/{room}',
    'GET /v1/rooms/{room}/bans',
    'GET /v1/rooms/{room}/members',
    'GET /v1/rooms/{room}/messages',
    'GET /v1/sessions',
    'GET /v1/tokens',
    'GET /v1/users',
    'GET /v1/users/online',
    'GET /v1/users/{username}',
    'PATCH /v1/conversations/{conversation}',
    'PATCH /v1/me',
    'PATCH /v1/messages/{id}',
    'PATCH /v1/rooms/{room}',
    'POST /v1/admin/users',
    'POST /v1/admin/users/{username}/setup',
    'POST /v1/conversations/{conversation}/typing',
    'POST /v1/events/token',
    'POST /v1/login',
    'POST /v1/login/setup',
    'POST /v1/logout',
    'POST /v1/messages/broadcast',
    'POST /v1/messages/direct',
    'POST /v1/register',
    'POST /v1/renew',
    'POST /v1/rooms',
    'POST /v1/rooms/{room}/messages',
    'POST /v1/tokens',
    'PUT /v1/admin/users/{username}/ban',
    'PUT /v1/admin/users/{username}/mute',
    'PUT /v1/admin/users/{username}/role',
    'PUT /v1/conversations/{conversation}/read',
    'PUT /v1/me/blocks/{username}',
    'PUT /v1/me/password',
    'PUT /v1/messages/{id}/reactions/{emoji}',
    'PUT /v1/rooms/{room}/bans/{username}',
    'PUT /v1/rooms/{room}/members/{username}',
  ])
  t.ok(operations.every(({ summary }: { summary: string }) => /^[^\n]{5,}$/.test(summary)))
  for (const method of ['OPTIONS', 'PUT'])
    await refused(t, room, ask(method, '/v1/me'), {
      code: 'method-not-allowed',
      allow: 'GET, HEAD, PATCH',
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

t.test('what is not for this server, or not from its own pages', async (t) => {
  const elsewhere = await openRoom(t, { settings: { allowedHosts: ['chat.example.org'] } })
  await refused(t, elsewhere, ask('GET', '/v1/me'), { code: 'unknown-host' })
  const room = await openRoom(t)
  const lines = ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site']
  await refused(t, room, ask('POST', '/v1/login', { lines }), { code: 'cross-site' })
  await refused(t, room, ask('GET', '/v1/events', { lines }), { code: 'cross-site' })
})

t.test('files and their parts', async (t) => {
  const room = await openRoom(t)
  const get = (line: string) => ask('GET', '/docs', { lines: [line] })
  await refused(t, room, get('Range: bytes=99999999-'), { code: 'range-not-satisfiable' })
  await refused(t, room, get('If-Match: "x"'), { code: 'precondition-failed' })
})

t.test('rooms', async (t) => {
  const room = await openRoom(t, {
    settings: { broadcast: 'moderators', roomsPerUser: 3, membersPerRoom: 2 },
  })
  const ann = await room.register('ann')
  const bob = await room.register('bob')
  const cid = await room.register('cid')
  const make = (name: string, fields: object = {}) => post('/v1/rooms', { name, ...fields }, ann)
  const first = json(await done(t, room, make('tea'), 201))
  t.match(first, { name: 'tea', createdAt: time, joinedAt: time, memberCount: 1 })
  await done(t, room, make('rum', { access: 'private' }), 201)
  await refused(t, room, make('TEA'), { code: 'room-name-taken' })
  await refused(t, room, make('server'), { code: 'room-name-taken' })
  await refused(t, room, make('x'), inBody('name'))
  await done(t, room, make('ale'), 201)
  await refused(t, room, make('gin'), { code: 'too-many-rooms' })

  const put = (path: string, { token }: { token: string }) =>
    ask('PUT', `/v1/rooms/${path}`, { token })
  const say = (name: string, { token }: { token: string }) =>
    post(`/v1/rooms/${name}/messages`, { text: 'hi' }, { token })
  await refused(t, room, ask('GET', '/v1/rooms/rum', bob), { code: 'unknown-room' })
  await refused(t, room, say('nope', ann), { code: 'unknown-room' })
  await refused(t, room, say('tea', bob), { code: 'not-a-member' })
  await done(t, room, put('tea/members/bob', bob), 200)
  await refused(t, room, put('tea/members/cid', cid), { code: 'room-full' })
  await refused(t, room, put('tea/members/nobody', ann), { code: 'unknown-person' })
  await refused(t, room, ask('DELETE', '/v1/rooms/tea', bob), { code: 'forbidden' })
  const read = await ann.call('PUT', '/v1/conversations/room:tea/read', { upTo: 999 })
  t.match(read, { status: 409, body: { type: '/problems/stale-cursor' } })
  provoked.add('stale-cursor')
  const broadcast = post('/v1/messages/broadcast', { text: 'hi' }, ann)
  await refused(t, room, broadcast, { code: 'forbidden' })
  const opening = await ann.call('PATCH', '/v1/rooms/rum', { access: 'open' })
  t.match(opening, { status: 409, body: { type: '/problems/cannot-open' } })
  const down = await ann.call('PUT', '/v1/rooms/tea/members/ann', { role: 'member' })
  t.match(down, { status: 409, body: { type: '/problems/last-owner' } })
  provoked.add('cannot-open').add('last-owner')
  t.match(await ann.call('PATCH', '/v1/rooms/tea', { archived: true }), { status: 200 })
  await refused(t, room, say('tea', bob), { code: 'room-archived' })
})

t.test('messages that change', async (t) => {
  const room = await openRoom(t, { settings: { editMinutes: 1 } })
  const { token } = await room.register('ann')
  const say = (text: string) =>
    done(t, room, post('/v1/messages/broadcast', { text }, { token }), 201)
  await say('hi')
  const edit = post('/v1/messages/1', { text: 'ho' }, { method: 'PATCH', token })
  t.match(json(await done(t, room, edit, 200)), { text: 'ho', editedAt: time })
  const react = (emoji: string) =>
    ask('PUT', `/v1/messages/1/reactions/${encodeURIComponent(emoji)}`, { token })
  const emoji = [...'🍇🍈🍉🍊🍋🍌🍍🥭🍎🍏🍐🍑🍒🍓🫐🥝🍅🫒🥥🥑🍆']
  for (const one of emoji.slice(0, 20)) await done(t, room, react(one), 204)
  await refused(t, room, react(emoji[20] as string), { code: 'too-many-reactions' })
  await refused(t, room, react('hm'), inParameter('emoji'))

  await room.stop()
  const database = new Database(join(room.folder, 'obrol.db'))
  database.exec('UPDATE entries SET sent_at = sent_at - 61000 WHERE id = 1')
  database.close()
  await room.start()
  await refused(t, room, edit, { code: 'too-late' })
  await done(t, room, ask('DELETE', '/v1/messages/1', { token }), 204)
  await refused(t, room, ask('GET', '/v1/messages/1', { token }), { code: 'message-deleted' })
  await refused(t, room, edit, { code: 'message-deleted' })
})

t.test('tokens for programs', async (t) => {
  const room = await openRoom(t)
  const { token } = await room.register('ann')
  const wanted = { name: 'A program', scopes: ['read'] }
  const make = post('/v1/tokens', wanted, { token })
  const made = json(await done(t, room, make, 201))
  t.match(made, { ...wanted, id: Number, token: /^obrol_/, createdAt: time, expiresAt: time })
  const program = { token: made.token }
  await done(t, room, ask('GET', '/v1/me', program), 200)
  await refused(t, room, ask('GET', '/v1/tokens', program), { code: 'forbidden' })
  await refused(t, room, post('/v1/rooms', { name: 'tea' }, program), { code: 'forbidden' })
  const above = post('/v1/tokens', { ...wanted, scopes: ['admin'] }, { token })
  await refused(t, room, above, { code: 'forbidden' })
  for (let count = 2; count <= 50; count++) await done(t, room, make, 201)
  await refused(t, room, make, { code: 'too-many-tokens' })
  const { tokens } = json(await done(t, room, ask('GET', '/v1/tokens', { token }), 200))
  t.equal(tokens.length, 50)
  await done(t, room, ask('DELETE', `/v1/tokens/${made.id}`, { token }), 204)
  await refused(t, room, ask('GET', '/v1/me', program), invalidToken)

  await room.stop()
  const database = new Database(join(room.folder, 'obrol.db'))
  database.exec('UPDATE sessions SET created_at = created_at - 601000')
  database.close()
  await room.start()
  await refused(t, room, make, { code: 'fresh-login-required' })
})

t.test('people and the staff', async (t) => {
  const room = await openRoom(t)
  const ann = await room.register('ann')
  const bob = await room.register('bob')
  const direct = (to: string, { token }: { token: string }) =>
    post('/v1/messages/direct', { to, text: 'hi', whenOffline: 'keep' }, { token })
  t.match(await ann.call('PUT', '/v1/me/blocks/bob'), { status: 204 })
  await refused(t, room, direct('ann', bob), { code: 'not-accepted' })

  const byConsole = (method: string, path: string, body?: unknown) =>
    callByConsole(room, method, `/v1/admin/users/${path}`, body)
  t.match(await byConsole('PUT', 'bob/mute'), { status: 204 })
  await refused(t, room, direct('bob', bob), { code: 'muted' })
  t.match(await byConsole('PUT', 'bob/ban'), { status: 204 })
  const login = post('/v1/login', { username: 'bob', password: 'bob-password' })
  await refused(t, room, login, { code: 'banned' })
  t.match(await byConsole('PUT', 'ann/role', { role: 'admin' }), { status: 204 })
  const down = post('/v1/admin/users/ann/role', { role: 'member' }, { ...ann, method: 'PUT' })
  await refused(t, room, down, { code: 'last-admin' })

  await room.stop()
  const database = new Database(join(room.folder, 'obrol.db'))
  database.exec("UPDATE accounts SET closed_at = 1 WHERE username = 'bob'")
  database.exec("UPDATE accounts SET password_hash = '' WHERE username = 'ann'")
  database.close()
  await room.start()
  const up = post('/v1/admin/users/bob/role', { role: 'moderator' }, { ...ann, method: 'PUT' })
  await refused(t, room, up, { code: 'account-closed' })
  const passwords = { currentPassword: 'ann-password', newPassword: 'paper-boats' }
  const change = post('/v1/me/password', passwords, { ...ann, method: 'PUT' })
  await refused(t, room, change, { code: 'no-password' })
})

t.test('limits', async (t) => {
  const room = await openRoom(t, { settings: { messagesPerMinute: 2, roomsCreatedPerDay: 1 } })
  const ann = await room.register('ann')
  const make = (name: string) =>
    post('/v1/rooms', { name }, { token: ann.token, lines: [`Idempotency-Key: ${name}`] })
  const made = await done(t, room, make('tea'), 201)
  await refused(t, room, make('rum'), { code: 'too-many-requests' })
  await ann.broadcast('hi')
  const replayed = await done(t, room, make('tea'), 201)
  t.equal(replayed.body, made.body, 'a replay is answered past the limits')
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
