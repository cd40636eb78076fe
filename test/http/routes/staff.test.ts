import t, { type Test } from 'tap'
import { callByConsole } from '../../support/console.ts'
import { type Answer, type Guest, openRoom } from '../../support/room.ts'

type Called = Pick<Answer, 'status' | 'body'>

/** A server with an admin (ann), a moderator (bob) and two members. */
async function open(t: Test, settings = {}) {
  const room = await openRoom(t, { settings })
  const [ann, bob, cid, dan] = await Promise.all(
    ['ann', 'bob', 'cid', 'dan'].map((name) => room.register(name)),
  )
  const atConsole = (method: string, path: string, body?: unknown) =>
    callByConsole(room, method, `/v1/admin${path}`, body)
  await atConsole('PUT', '/users/ann/role', { role: 'admin' })
  await atConsole('PUT', '/users/bob/role', { role: 'moderator' })
  return { room, atConsole, ...({ ann, bob, cid, dan } as Record<Name, Guest>) }
}

type Name = 'ann' | 'bob' | 'cid' | 'dan'

const call = (by: Guest, method: string, path: string, body?: unknown) =>
  by.call(method, `/v1/admin${path}`, body)

function refused(t: Test, { status, body }: Called, expected: number, code: string): void {
  t.equal(status, expected)
  t.equal(body.type, `/problems/${code}`)
}

t.test('the console makes the first admin, who gives roles with a fresh login', async (t) => {
  const { atConsole, ann, bob, cid } = await open(t)
  const done = await call(ann, 'PUT', '/users/CID/role', { role: 'moderator' })
  t.equal(done.status, 204)
  t.equal((await call(cid, 'PUT', '/users/dan/mute')).status, 204)
  t.match(await cid.call('GET', '/v1/me'), { body: { user: { role: 'moderator' } } })
  refused(t, await call(bob, 'PUT', '/users/nobody/role', { role: 'admin' }), 403, 'forbidden')
  refused(t, await call(ann, 'PUT', '/users/nobody/role', { role: 'admin' }), 404, 'unknown-person')
  refused(t, await call(ann, 'PUT', '/users/ann/role', { role: 'member' }), 409, 'last-admin')
  refused(t, await call(ann, 'PUT', '/users/bob/role', { role: 'king' }), 400, 'invalid-request')
  const wrong = { role: 'member', password: 'wrong-password' }
  refused(t, await call(ann, 'PUT', '/users/cid/role', wrong), 401, 'wrong-password')
  const right = { role: 'member', password: ann.password }
  t.equal((await call(ann, 'PUT', '/users/cid/role', right)).status, 204)
  t.equal((await atConsole('PUT', '/users/cid/role', right)).status, 204, 'so already')
})

t.test('a ban ends the sessions, and its reason is told at the login', async (t) => {
  const { room, ann, bob, cid } = await open(t)
  const stream = await cid.open()
  await stream.next('ready')
  const until = '2090-01-31T12:00:00Z'
  t.equal((await call(bob, 'PUT', '/users/cid/ban', { reason: 'Spam', until })).status, 204)
  t.match(await stream.next('bye'), { data: { reason: 'banned' } })
  refused(t, await cid.call('GET', '/v1/me'), 401, 'unauthorized')
  const login = (password: string) =>
    room.call('POST', '/v1/login', { body: { username: 'cid', password } })
  refused(t, await login('wrong-password'), 401, 'wrong-password')
  const banned = await login(cid.password)
  refused(t, banned, 403, 'banned')
  t.match(banned.body, { reason: 'Spam', until: '2090-01-31T12:00:00.000Z' })
  refused(t, await call(cid, 'PUT', '/users/ann/ban'), 401, 'unauthorized')
  refused(t, await call(bob, 'PUT', '/users/ann/ban'), 403, 'forbidden')
  refused(t, await call(ann, 'PUT', '/users/ann/ban'), 409, 'last-admin')
  for (const body of [{ until: '2000-01-31T12:00:00Z' }, { until: 'soon' }, { reason: ' ' }])
    refused(t, await call(bob, 'PUT', '/users/dan/ban', body), 400, 'invalid-request')
  t.equal((await call(bob, 'DELETE', '/users/cid/ban')).status, 204)
  t.equal((await call(bob, 'DELETE', '/users/cid/ban')).status, 204)
  t.equal((await login(cid.password)).status, 200)
  refused(t, await cid.call('GET', '/v1/me'), 401, 'unauthorized')
})

t.test('who is muted can read, and write nothing', async (t) => {
  const { bob, cid } = await open(t)
  const { body: message } = await cid.broadcast('before')
  await cid.call('POST', '/v1/rooms', { name: 'tea' })
  const until = '2090-01-31T12:00:00.000Z'
  t.equal((await call(bob, 'PUT', '/users/cid/mute', { until })).status, 204)
  const writes: [method: string, path: string, body?: unknown][] = [
    ['POST', '/v1/messages/broadcast', { text: 'hi' }],
    ['PATCH', `/v1/messages/${message.id}`, { text: 'after' }],
    ['PUT', `/v1/messages/${message.id}/reactions/%F0%9F%91%8D`],
    ['POST', '/v1/rooms', { name: 'more' }],
    ['PUT', '/v1/rooms/tea/members/dan'],
    ['POST', '/v1/conversations/direct:dan/typing'],
  ]
  for (const [method, path, body] of writes) {
    const answer = await cid.call(method, path, body)
    refused(t, answer, 403, 'muted')
    t.equal(answer.body.until, until)
  }
  t.equal((await cid.call('GET', '/v1/messages')).status, 200)
  t.equal((await call(bob, 'DELETE', '/users/cid/mute')).status, 204)
  t.equal((await cid.broadcast('after')).status, 201)
  await call(bob, 'PUT', '/users/cid/mute')
  const { body } = await cid.broadcast('again')
  t.notOk('until' in body, 'without an end')
})

t.test('an admin makes accounts, and codes to set their passwords', async (t) => {
  const { room, atConsole, ann, bob, cid } = await open(t)
  refused(t, await call(bob, 'POST', '/users', { username: 'zoe' }), 403, 'forbidden')
  const made = await call(ann, 'POST', '/users', { username: 'Zoe' })
  t.equal(made.status, 201)
  t.match(made.body, {
    user: { username: 'Zoe', role: 'member' },
    setup: { code: /^[\w-]{22}$/, expiresAt: /Z$/ },
  })
  refused(t, await call(ann, 'POST', '/users', { username: 'zoe' }), 409, 'username-taken')
  refused(t, await call(ann, 'POST', '/users', { username: 'Console' }), 409, 'username-taken')
  refused(t, await call(ann, 'POST', '/users', { username: '-' }), 400, 'invalid-request')
  const bot = await call(ann, 'POST', '/users', { username: 'helper', bot: true })
  t.match(bot.body, { user: { username: 'helper', bot: true } })
  t.notOk('setup' in bot.body)

  const use = (code: string, newPassword = 'paper-boats-2') =>
    room.call('POST', '/v1/login/setup', { body: { code, newPassword } })
  const { code } = made.body.setup
  refused(t, await use('wrong'), 401, 'wrong-credentials')
  refused(t, await use(code, 'short'), 400, 'invalid-request')
  t.match(await use(code), { status: 200, body: { user: { username: 'Zoe' }, token: String } })
  refused(t, await use(code), 401, 'wrong-credentials')
  t.equal((await room.login('zoe', 'paper-boats-2')).username, 'zoe')

  const again = await call(ann, 'POST', '/users/cid/setup', {})
  t.equal(again.status, 201)
  t.equal((await use(again.body.code)).status, 200)
  refused(t, await cid.call('GET', '/v1/me'), 401, 'unauthorized')
  refused(t, await call(ann, 'POST', '/users/ann/setup', {}), 403, 'forbidden')
  t.equal((await atConsole('POST', '/users/ann/setup')).status, 201)
})

t.test('wrong codes count as failed logins', async (t) => {
  const { room } = await open(t, { loginsPerMinute: 1 })
  const body = { code: 'wrong', newPassword: 'paper-boats-2' }
  const statuses = []
  for (let count = 0; count < 7; count++)
    statuses.push((await room.call('POST', '/v1/login/setup', { body })).status)
  t.same(statuses, [401, 401, 401, 401, 401, 401, 429])
})

t.test('the staff lists accounts', async (t) => {
  const { atConsole, ann, bob, cid } = await open(t)
  await call(ann, 'PUT', '/users/cid/ban', { reason: 'Spam', until: '2090-01-31T12:00:00Z' })
  await atConsole('PUT', '/users/dan/mute', {})
  const list = async (by: Guest, query = '') => (await call(by, 'GET', `/users${query}`)).body
  const names = async (query: string) =>
    (await list(ann, query)).users.map(({ username }: { username: string }) => username)
  t.same(await names(''), ['ann', 'bob', 'cid', 'dan'])
  t.same(await names('?q=C'), ['cid'])
  t.same(await names('?role=moderator'), ['bob'])
  t.same(await names('?banned=true'), ['cid'])
  t.same(await names('?after=ann&limit=2'), ['bob', 'cid'])
  t.match((await list(ann, '?q=cid')).users, [
    {
      sessions: 0,
      ban: { reason: 'Spam', until: '2090-01-31T12:00:00.000Z', by: 'ann', at: /Z$/ },
    },
  ])
  t.match((await list(ann, '?q=dan')).users, [
    { lastSeenAt: /Z$/, sessions: 1, mute: { by: 'console' } },
  ])
  t.notOk('sessions' in (await list(bob, '?q=dan')).users[0])
  refused(t, await call(await cidAgain(cid), 'GET', '/users'), 401, 'unauthorized')
})

/** Their token is of no use any more. */
async function cidAgain(cid: Guest): Promise<Guest> {
  return cid
}

t.test('the audit has what was done, for each as much as is theirs', async (t) => {
  const { atConsole, ann, bob, cid } = await open(t)
  await call(bob, 'PUT', '/users/cid/mute', { reason: 'Loud' })
  await call(bob, 'PUT', '/users/ann/mute')
  await call(ann, 'PUT', '/users/bob/role', { role: 'moderator' })
  const list = async (by: Guest, query = '') => (await call(by, 'GET', `/audit${query}`)).body
  const all = await list(ann)
  t.match(all.records, [
    { by: 'bob', action: 'muted', target: 'ann', detail: { refused: 'not-outranked' } },
    { by: 'bob', via: 'session', action: 'muted', target: 'cid', address: '127.0.0.1' },
    { by: 'console', via: 'console', action: 'role-set', detail: { role: 'moderator' } },
    { by: 'console', action: 'role-set', target: 'ann' },
  ])
  t.notOk('address' in all.records[2])
  t.equal((await list(ann, '?by=console')).records.length, 2)
  t.equal((await list(ann, '?by=nobody')).records.length, 0)
  t.equal((await list(ann, `?before=${all.records[1].id}&limit=1`)).records.length, 1)
  t.equal((await list(ann, '?action=muted&by=bob')).records.length, 2)
  const own = await list(bob)
  t.equal(own.records.length, 2)
  t.notOk('address' in own.records[0])
  t.equal((await list(bob, '?by=bob')).records.length, 2)
  refused(t, await call(bob, 'GET', '/audit?by=ann'), 403, 'forbidden')
  refused(t, await call(cid, 'GET', '/audit'), 403, 'forbidden')
  t.equal((await atConsole('GET', '/audit')).body.records.length, 4)
})

t.test('the console has no account, so what needs one is refused', async (t) => {
  const { room, cid } = await open(t)
  const byConsole = (method: string, path: string) =>
    callByConsole(room, method, path, undefined, { authorization: `Bearer ${cid.token}` })
  refused(t, await byConsole('GET', '/v1/me'), 403, 'forbidden')
  refused(t, await byConsole('GET', '/v1/events'), 403, 'forbidden')
  t.match(await byConsole('GET', '/healthz'), { status: 200 })
})

t.test('the console answers whatever hosts the server has', async (t) => {
  const room = await openRoom(t, { settings: { allowedHosts: ['chat.example'] } })
  t.equal((await room.call('GET', '/healthz')).status, 421)
  t.same(await callByConsole(room, 'GET', '/v1/admin/users'), {
    status: 200,
    body: { users: [], more: false },
  })
})

t.test('what the staff does is logged', async (t) => {
  const lines: string[] = []
  const room = await openRoom(t, {
    settings: { logLevel: 'info' },
    tuning: { http: { logStream: { write: (line: string) => void lines.push(line) } } },
  })
  await room.register('ann')
  await callByConsole(room, 'PUT', '/v1/admin/users/ann/role', { role: 'admin' })
  const found = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'staff action')
  t.match(found, { action: 'role-set', by: 'console', target: 'ann', address: 'console' })
})
