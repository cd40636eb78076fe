import t from 'tap'
import { allEvents, eventSetOf, withoutEvent } from '../../../src/delivery/event-names.ts'
import { problem, serve } from '../support/server.ts'

t.test('registering and logging in return a session', async (t) => {
  const server = await serve(t)
  const json = { username: 'ann', password: 'password' }
  const registered = await server.call('POST', '/v1/register', { json })
  t.equal(registered.status, 201)
  t.match(registered.body, {
    user: { id: 1, username: 'ann', createdAt: /^\d{4}-.*Z$/, role: 'member' },
    token: String,
    tokenType: 'Bearer',
    expiresAt: /^\d{4}-.*Z$/,
  })
  const login = await server.call('POST', '/v1/login', { json })
  t.equal(login.status, 200)
  t.same(Object.keys(login.body), Object.keys(registered.body))
  problem(t, await server.call('POST', '/v1/register', { json }), 409, 'username-taken')
  const wrong = { ...json, password: 'passwort' }
  problem(t, await server.call('POST', '/v1/login', { json: wrong }), 401, 'wrong-password')
  server.chat.registration = 'closed'
  problem(t, await server.call('POST', '/v1/register', { json }), 403, 'registration-closed')
})

t.test('posting returns the message and its location', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const said = await server.call('POST', '/v1/messages/broadcast', {
    json: { text: 'hi' },
    headers: ann,
  })
  t.equal(said.status, 201)
  t.match(said.body, { id: 1, kind: 'broadcast', from: 'ann', text: 'hi', sentAt: /Z$/ })
  t.equal(said.headers.get('location'), '/v1/messages/1')
  t.equal(said.headers.get('idempotent-replayed'), null)
  const { body } = await server.call('GET', '/v1/messages/1', { headers: ann })
  t.same(body, said.body)

  const direct = await server.call('POST', '/v1/messages/direct', {
    json: { to: 'bob', text: 'psst', whenOffline: 'keep' },
    headers: ann,
  })
  t.match(direct.body, { id: 2, kind: 'direct', to: 'bob' })
  const odd = await server.call('POST', '/v1/messages/direct', {
    json: { to: 'bob', text: 'psst', whenOffline: 'drop' },
    headers: ann,
  })
  t.match(problem(t, odd, 400, 'invalid-request').errors, [
    { pointer: '/whenOffline', detail: 'must be "reject" or "keep"' },
  ])
})

t.test('an Idempotency-Key makes a retry safe', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const say = (text: string, key: string) =>
    server.call('POST', '/v1/messages/broadcast', {
      json: { text },
      headers: { ...ann, 'idempotency-key': key },
    })
  const first = await say('hi', 'k')
  const again = await say('hi', 'k')
  t.same(again.body, first.body)
  t.equal(again.status, 201)
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  t.equal(again.headers.get('location'), '/v1/messages/1')
  problem(t, await say('other', 'k'), 422, 'idempotency-key-reused')
  for (const key of ['!', '~', 'k'.repeat(255)]) t.equal((await say('hi', key)).status, 201, key)
  for (const key of ['', 'a b', 'é', 'k'.repeat(256)])
    t.match(problem(t, await say('hi', key), 400, 'invalid-request').errors, [
      { parameter: 'Idempotency-Key', detail: /1 to 255 visible ASCII/ },
    ])
})

t.test('history is read in pages', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const { body } = await server.call('GET', '/v1/messages', { headers: ann })
  t.same(body, { messages: [], more: false, cursor: '0-00000000' })
  await server.call('GET', '/v1/messages?after=0&limit=200&with=b%C3%B6b', { headers: ann })
  t.same(server.chat.pagesWanted, [{ limit: 50 }, { after: 0, limit: 200, with: 'böb' }])
})

t.test('an invalid parameter is refused by name', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const refused: [string, string, RegExp][] = [
    ['/v1/messages?limit=0', 'limit', /whole number from 1 to 200/],
    ['/v1/messages?limit=201', 'limit', /from 1 to 200/],
    ['/v1/messages?limit=05', 'limit', /whole number/],
    ['/v1/messages?limit=%2B5', 'limit', /whole number/],
    ['/v1/messages?limit=5.0', 'limit', /whole number/],
    ['/v1/messages?limit=', 'limit', /whole number/],
    ['/v1/messages?limit=1e2', 'limit', /whole number/],
    ['/v1/messages?after=9007199254740992', 'after', /from 0 to 9007199254740991/],
    ['/v1/messages?after=12-mh4k2c9z', 'after', /the id of a message; a cursor is for the stream/],
    ['/v1/messages?before=0', 'before', /from 1/],
    ['/v1/messages?=5', '', /not known here/],
    ['/v1/messages?=&=', '', /only once/],
    ['/v1/messages?limit=1&limit=2', 'limit', /only once/],
    ['/v1/messages?foo=1', 'foo', /not known here; the parameters are after, before, limit, with/],
    ['/v1/messages?__proto__=1', '__proto__', /not known/],
    ['/v1/messages?constructor=1', 'constructor', /not known/],
    ['/v1/messages?with=a%00b', 'with', /U\+0000/],
    ['/v1/messages?with=%ff', '', /UTF-8/],
    ['/v1/messages/0', 'id', /from 1 to 9007199254740991/],
    ['/v1/messages/01', 'id', /whole number/],
    ['/v1/messages/9007199254740992', 'id', /whole number/],
    ['/v1/messages/abc', 'id', /whole number/],
    [`/v1/messages/${'9'.repeat(5000)}`, 'id', /whole number/],
    ['/v1/users/online?limit=1001', 'limit', /from 1 to 1000/],
    [`/v1/users/online?after=${'x'.repeat(65)}`, 'after', /username/],
    ['/v1/me?foo=1', 'foo', /this call takes no parameters/],
  ]
  for (const [path, parameter, detail] of refused) {
    const answer = await server.call('GET', path, { headers: ann })
    t.match(problem(t, answer, 400, 'invalid-request').errors, [{ parameter, detail }], path)
  }
  const { body } = await server.call('GET', '/v1/messages?=5', { headers: ann })
  t.match(body.detail, /^the empty name: is not known here/)
  problem(
    t,
    await server.call('GET', '/v1/messages/9007199254740991', { headers: ann }),
    404,
    'not-found',
  )
})

t.test('who is online is listed by name', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  server.chat.online.push({ username: 'ann', since: 0 }, { username: 'bob', since: 1 })
  const { body } = await server.call('GET', '/v1/users/online?limit=1&after=a', { headers: ann })
  t.same(body, {
    users: [{ username: 'ann', onlineSince: '1970-01-01T00:00:00.000Z' }],
    count: 2,
    more: true,
  })
})

t.test('the parameters of the stream are checked before it opens', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const open = (path: string, headers: Record<string, string> = {}) =>
    server.call('GET', path, { headers: { ...ann, ...headers } })
  for (const accept of [
    'text/event-stream',
    'text/*;q=0.1',
    '*/*',
    // Generated clients send it because errors have this media type.
    'application/problem+json',
    'text/event-stream;q=0',
    'nonsense',
  ]) {
    const { status, headers } = await open('/v1/events', { accept })
    t.equal(status, 200, accept)
    t.match(headers.get('content-type'), /^text\/event-stream/)
  }
  for (const cursor of ['', '0', '1042', '1042-mh4k2c9z', '9007199254740991-00000000']) {
    t.equal((await open(`/v1/events?lastEventId=${cursor}&presence=none`)).status, 200)
    t.equal((await open('/v1/events', { 'last-event-id': cursor })).status, 200)
  }
  for (const cursor of ['01', '-1', '1-', '1-MH4K2C9Z', '9007199254740992', 'x', '9'.repeat(400)]) {
    const query = await open(`/v1/events?lastEventId=${cursor}`)
    t.match(problem(t, query, 400, 'invalid-request').errors, [{ parameter: 'lastEventId' }])
    const header = await open('/v1/events', { 'last-event-id': cursor })
    t.match(problem(t, header, 400, 'invalid-request').errors, [{ parameter: 'Last-Event-ID' }])
  }
  t.match(problem(t, await open('/v1/events?presence=some'), 400, 'invalid-request').errors, [
    { parameter: 'presence', detail: 'must be "full" or "none"' },
  ])
})

t.test('a stream has the events that are named', async (t) => {
  const server = await serve(t)
  const headers = await server.join('ann')
  const wanted = async (query: string) => {
    const { status } = await server.call('GET', `/v1/events?${query}`, { headers })
    t.equal(status, 200)
    const [parameters] = server.chat.streamsWanted.splice(0)
    return [parameters?.presence, parameters?.events]
  }
  t.same(await wanted('presence=full'), ['full', allEvents], 'without the parameter all')
  const told = withoutEvent(allEvents, 'user.updated')
  t.same(await wanted('presence=none'), ['none', told], 'who has changed goes with presence')
  const some = ['message', 'message.updated', 'message.deleted'] as const
  const ofSome = some.reduce((set, name) => set | eventSetOf(name), 0)
  t.same(await wanted(`events=${some}`), ['none', ofSome])
  t.same(await wanted('events=presence'), ['full', eventSetOf('presence')])
  t.same(await wanted('events=presence&presence=none'), ['none', eventSetOf('presence')])
  t.same(await wanted('events=bye,read,ready,reset,heartbeat,read'), ['none', eventSetOf('read')])
  t.same(await wanted('events=ready'), ['none', 0], 'what always comes may be named')
  for (const wrong of ['', 'Message', 'message,', 'message, read', 'messages', 'x'.repeat(400)]) {
    const path = `/v1/events?events=${encodeURIComponent(wrong)}`
    const refused = await server.call('GET', path, { headers })
    t.match(problem(t, refused, 400, 'invalid-request').errors, [
      {
        parameter: 'events',
        detail: /separated by commas; they are message, .*, read, user\.updated, ready, /,
      },
    ])
  }
})

t.test('healthz says that the server is alive, readyz that it can serve', async (t) => {
  const server = await serve(t, {}, { timeouts: { pingMs: 100 } })
  for (const path of ['/healthz', '/readyz', '/healthz?probe=1']) {
    const { status, body } = await server.call('GET', path)
    t.equal(status, 200)
    t.same(body, { status: 'ok' })
  }
  server.chat.ping = async () => {
    throw new Error('away')
  }
  t.equal((await server.call('GET', '/readyz')).status, 503)
  server.chat.ping = () => new Promise(() => {})
  problem(t, await server.call('GET', '/readyz'), 503, 'unavailable')
  server.chat.isReady = false
  const closing = await server.call('GET', '/readyz')
  problem(t, closing, 503, 'unavailable')
  t.ok(closing.headers.get('retry-after'))
  t.equal((await server.call('GET', '/healthz')).status, 200)
})

t.test('while the store is disconnected the API and readyz are 503', async (t) => {
  const server = await serve(t)
  const headers = await server.join('ann')
  server.chat.isStoreConnected = false
  for (const path of ['/v1/me', '/v1/events', '/readyz']) {
    const answer = await server.call('GET', path, { headers })
    problem(t, answer, 503, 'unavailable')
    t.ok(answer.headers.get('retry-after'))
  }
  t.equal((await server.call('GET', '/healthz')).status, 200)
  t.equal((await server.call('GET', '/docs')).status, 200)
  server.chat.isStoreConnected = true
  t.equal((await server.call('GET', '/v1/me', { headers })).status, 200)
})
