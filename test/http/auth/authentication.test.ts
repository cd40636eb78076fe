import { createHmac } from 'node:crypto'
import t from 'tap'
import { problem, type Server, serve, signingKey } from '../support/server.ts'

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs a token without the server. */
function forge(claims: object, { alg = 'HS256', key = signingKey as Buffer } = {}): string {
  const signed = `${encode({ alg, typ: 'JWT' })}.${encode(claims)}`
  const hash = alg === 'HS512' ? 'sha512' : 'sha256'
  const signature = alg === 'none' ? '' : createHmac(hash, key).update(signed).digest('base64url')
  return `${signed}.${signature}`
}

/** The claims of the token of the only session. */
function claimsOf(server: Server) {
  const [session] = server.chat.sessions.values()
  const exp = (session?.expiresAt as number) / 1000
  const nonce = session?.nonce as string
  return { iss: 'obrol', aud: 'obrol:session', sub: '1', sid: 1, exp, nonce, iat: exp - 3600 }
}

t.test('a token is valid until its session ends', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const { body } = await server.call('GET', '/v1/me', { headers: ann })
  t.match(body, { user: { id: 1, username: 'ann', createdAt: /Z$/ }, session: { expiresAt: /Z$/ } })
  t.equal((await server.call('POST', '/v1/logout', { headers: ann })).status, 204)
  const dead = await server.call('GET', '/v1/me', { headers: ann })
  problem(t, dead, 401, 'unauthorized')
  t.match(
    dead.headers.get('www-authenticate'),
    /^Bearer error="invalid_token", error_description="/,
  )
})

t.test('without a token the challenge gives no reason', async (t) => {
  const server = await serve(t)
  await server.join('ann')
  for (const authorization of ['', 'Basic YTpi', 'Bearer', 'Bearer ']) {
    const answer = await server.call('GET', '/v1/me', { headers: { authorization } })
    problem(t, answer, 401, 'unauthorized')
    t.equal(answer.headers.get('www-authenticate'), 'Bearer')
  }
  const inQuery = await server.call('GET', '/v1/messages?token=x')
  problem(t, inQuery, 401, 'unauthorized')
  t.equal(inQuery.headers.get('www-authenticate'), 'Bearer', 'a query is no place for a token here')
  const login = await server.call('POST', '/v1/login', { json: { username: 'x', password: 'y' } })
  problem(t, login, 401, 'unknown-user')
  t.equal(login.headers.get('www-authenticate'), 'Bearer')
})

t.test('only our own tokens are accepted', async (t) => {
  const server = await serve(t)
  await server.join('ann')
  const claims = claimsOf(server)
  const good = forge(claims)
  t.equal(
    (await server.call('GET', '/v1/me', { headers: { authorization: `bearer  ${good}` } })).status,
    200,
  )
  const { exp: _, ...endless } = claims
  const { sid: __, ...nobody } = claims
  const refused: Record<string, string> = {
    'not a token': 'nonsense',
    'two tokens': `${good} ${good}`,
    'alg none': forge(claims, { alg: 'none' }),
    'another algorithm': forge(claims, { alg: 'HS512' }),
    'another key': forge(claims, { key: Buffer.alloc(32, 'x') }),
    expired: forge({ ...claims, exp: 1 }),
    'without an end': forge(endless),
    'without a session': forge(nobody),
    'an end that is no number': forge({ ...claims, exp: `${claims.exp}` }),
    'a session that is no number': forge({ ...claims, sid: `${claims.sid}` }),
    'another issuer': forge({ ...claims, iss: 'other' }),
    'another audience': forge({ ...claims, aud: 'other' }),
    'an events token': forge({ ...claims, aud: 'obrol:events' }),
    'a session that never was': forge({ ...claims, sid: 99 }),
    'a session id that someone else has by now': forge({ ...claims, sub: '2' }),
    'a session id that was given out again': forge({ ...claims, nonce: 'of another' }),
    'a nonce that is no text': forge({ ...claims, nonce: 7 }),
    'no nonce': forge({ ...claims, nonce: undefined }),
  }
  for (const [what, token] of Object.entries(refused)) {
    const answer = await server.call('GET', '/v1/me', {
      headers: { authorization: `Bearer ${token}` },
    })
    t.equal(answer.status, 401, what)
    t.match(answer.headers.get('www-authenticate'), /invalid_token/, what)
  }
})

t.test('a token of 0.1, without a nonce, fits a session of 0.1 by its expiry', async (t) => {
  const server = await serve(t)
  await server.join('ann')
  const { nonce: _, ...claims } = claimsOf(server)
  const [session] = server.chat.sessions.values()
  Object.assign(session as object, { nonce: String(claims.exp) })
  const call = (token: string) =>
    server.call('GET', '/v1/me', { headers: { authorization: `Bearer ${token}` } })
  t.equal((await call(forge(claims))).status, 200)
  t.equal((await call(forge({ ...claims, exp: claims.exp + 60 }))).status, 401)
})

t.test('a token is good until its own end, also where its session goes on', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const [session] = server.chat.sessions.values()
  const { expiresAt } = session as { expiresAt: number }
  Object.assign(session as object, { expiresAt: expiresAt + 60_000 })
  t.equal((await server.call('GET', '/v1/me', { headers: ann })).status, 200)
  server.chat.now = () => expiresAt
  t.equal((await server.call('GET', '/v1/me', { headers: ann })).status, 401)
})

t.test('a request is use of its session', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  await server.call('GET', '/v1/me', { headers: ann })
  t.same(server.chat.used, [1])
  await server.call('GET', '/v1/me', { headers: { authorization: 'Bearer x' } })
  t.same(server.chat.used, [1])
})

t.test('an events token opens the stream from the query, and nothing else', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const made = await server.call('POST', '/v1/events/token', { headers: ann })
  t.equal(made.status, 201)
  t.same(Object.keys(made.body), ['token', 'expiresAt'])
  const { token } = made.body
  t.equal((await server.call('GET', `/v1/events?token=${token}`)).status, 200)
  t.equal((await server.call('GET', `/v1/events?token=${token}`)).status, 200, 'and again')

  const inHeader = { authorization: `Bearer ${token}` }
  problem(t, await server.call('GET', '/v1/events', { headers: inHeader }), 401, 'unauthorized')
  problem(t, await server.call('GET', '/v1/me', { headers: inHeader }), 401, 'unauthorized')
  problem(t, await server.call('GET', `/v1/me?token=${token}`), 401, 'unauthorized')

  const session = ann.authorization.slice('Bearer '.length)
  const own = await server.call('GET', `/v1/events?token=${session}`)
  problem(t, own, 401, 'unauthorized')
  t.match(own.headers.get('www-authenticate'), /invalid_token/)

  const both = await server.call('GET', `/v1/events?token=${token}`, { headers: ann })
  t.match(problem(t, both, 400, 'invalid-request').errors, [{ parameter: 'token' }])
  const twice = await server.call('GET', `/v1/events?token=${token}&token=${token}`)
  t.match(problem(t, twice, 400, 'invalid-request').errors, [{ parameter: 'token' }])
  problem(t, await server.call('GET', '/v1/events?token=%ff'), 401, 'unauthorized')
  const odd = await server.call('GET', `/v1/events?%ff=1&token=${token}`)
  problem(t, odd, 400, 'invalid-request')

  await server.call('POST', '/v1/logout', { headers: ann })
  problem(t, await server.call('GET', `/v1/events?token=${token}`), 401, 'unauthorized')
})

t.test('the token is checked before the input', async (t) => {
  const server = await serve(t)
  const answer = await server.call('POST', '/v1/messages/broadcast', {
    body: 'x'.repeat(100_000),
    headers: { 'content-type': 'nonsense' },
  })
  problem(t, answer, 401, 'unauthorized')
})
