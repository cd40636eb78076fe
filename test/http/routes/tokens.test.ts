import t from 'tap'
import { problem, serve } from '../support/server.ts'

t.test('a token is made, shown once, listed and ended', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const json = { name: 'Tea bot', scopes: ['read', 'write'], expiresInDays: 30 }
  const made = await server.call('POST', '/v1/tokens', { headers: ann, json })
  t.equal(made.status, 201)
  t.equal(made.headers.get('cache-control'), 'no-store')
  const { id, token, ...rest } = made.body
  t.match(token, /^obrol_[0-9A-Za-z]{43}$/)
  t.match(rest, { name: 'Tea bot', scopes: ['read', 'write'], createdAt: /Z$/, expiresAt: /Z$/ })

  const bearer = { authorization: `Bearer ${token}` }
  t.equal((await server.call('GET', '/v1/me', { headers: bearer })).status, 200)
  const list = async () => (await server.call('GET', '/v1/tokens', { headers: ann })).body
  t.same(await list(), { tokens: [{ id, ...rest }] })
  server.chat.tokens.set(token, { ...made.body, createdAt: 0, expiresAt: 0, lastUsedAt: 3_600_000 })
  t.match(await list(), { tokens: [{ lastUsedAt: '1970-01-01T01:00:00.000Z' }] })
  t.notMatch(JSON.stringify(await list()), 'obrol_')

  const end = () => server.call('DELETE', `/v1/tokens/${id}`, { headers: ann })
  t.equal((await end()).status, 204)
  problem(t, await server.call('GET', '/v1/me', { headers: bearer }), 401, 'unauthorized')
  problem(t, await end(), 404, 'not-found')
  t.match(server.logged('token made'), [{ username: 'ann' }])
  t.match(server.logged('token ended'), [{ username: 'ann' }])
  t.notOk(JSON.stringify(server.lines).includes(token.slice(0, 26)), 'no token is logged')
})

t.test('what a token is to be can be sent as a form', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const make = (form: Record<string, string>) =>
    server.call('POST', '/v1/tokens', { headers: ann, body: new URLSearchParams(form) })
  const made = await make({ name: 'bot', scopes: '["read"]', expiresInDays: '366' })
  t.match(made.body, { name: 'bot', scopes: ['read'] })
  for (const scopes of ['read', '[]', '["all"]', '{"read":true}'])
    t.match(problem(t, await make({ name: 'bot', scopes }), 400, 'invalid-request').errors, [
      {
        pointer: '/scopes',
        detail: 'must be a JSON array of one or more of read, write, moderate, admin, people',
      },
    ])
  const days = await make({ name: 'bot', scopes: '["read"]', expiresInDays: '367' })
  t.match(problem(t, days, 400, 'invalid-request').errors, [
    { pointer: '/expiresInDays', detail: 'must be a whole number from 1 to 366' },
  ])
})

t.test(
  'after ten minutes the password is needed, and a wrong one counts as a failed login',
  async (t) => {
    const server = await serve(t, { loginsPerMinute: 2 })
    const ann = await server.join('ann')
    server.chat.isLoginFresh = false
    const make = (fields: object) =>
      server.call('POST', '/v1/tokens', {
        headers: ann,
        json: { name: 'bot', scopes: ['read'], ...fields },
      })
    problem(t, await make({}), 403, 'fresh-login-required')
    t.equal((await make({ password: 'password' })).status, 201)
    problem(t, await make({ password: 'wrong' }), 401, 'wrong-password')
    problem(t, await make({ password: 'wrong' }), 401, 'wrong-password')
    problem(t, await make({ password: 'password' }), 429, 'too-many-requests')
    const json = { username: 'ann', password: 'password' }
    problem(t, await server.call('POST', '/v1/login', { json }), 429, 'too-many-requests')
  },
)
