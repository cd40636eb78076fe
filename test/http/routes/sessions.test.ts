import t from 'tap'
import { problem, serve } from '../support/server.ts'

const json = { username: 'ann', password: 'password' }

t.test('the list of sessions tells where each was opened from', async (t) => {
  const server = await serve(t)
  const userAgent = 'x'.repeat(300)
  await server.call('POST', '/v1/register', { json, headers: { 'user-agent': userAgent } })
  const login = await server.call('POST', '/v1/login', { json, headers: { 'user-agent': '' } })
  const ann = { authorization: `Bearer ${login.body.token}` }
  const { status, body } = await server.call('GET', '/v1/sessions', { headers: ann })
  t.equal(status, 200)
  const times = { createdAt: /Z$/, lastSeenAt: /Z$/, expiresAt: /Z$/ }
  t.match(body.sessions, [
    { id: 1, ...times, address: '127.0.0.1', userAgent: 'x'.repeat(256), current: false },
    { id: 2, ...times, address: '127.0.0.1', current: true },
  ])
  t.notOk('userAgent' in body.sessions[1])
})

t.test('a session is ended by its id, or all others at once', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  for (let count = 2; count <= 4; count++) await server.call('POST', '/v1/login', { json })
  const end = (path: string) => server.call('DELETE', `/v1/sessions${path}`, { headers: ann })
  t.equal((await end('/2')).status, 204)
  problem(t, await end('/2'), 404, 'not-found')
  for (const id of ['0', '2147483648', 'x', '1.5'])
    t.match(problem(t, await end(`/${id}`), 400, 'invalid-request').errors, [{ parameter: 'id' }])
  t.same([...server.chat.sessions.keys()], [1, 3, 4])
  t.equal((await end('')).status, 204)
  t.same([...server.chat.sessions.keys()], [1])
  t.equal((await end('/1')).status, 204, 'also the one that asks')
  problem(t, await end('/1'), 401, 'unauthorized')
  const logged = server.lines.map(({ event }) => event)
  t.equal(logged.filter((event) => event === 'session ended').length, 2)
  t.equal(logged.filter((event) => event === 'sessions ended').length, 1)
})

t.test(
  'renewing gives a new token, and the earlier one stays good until its own end',
  async (t) => {
    const server = await serve(t)
    const ann = await server.join('ann')
    const [session] = server.chat.sessions.values()
    const { expiresAt } = session as { expiresAt: number }
    const { status, body } = await server.call('POST', '/v1/renew', { headers: ann })
    t.equal(status, 200)
    t.match(body, { user: { username: 'ann' }, tokenType: 'Bearer' })
    t.equal(Date.parse(body.expiresAt), expiresAt + 3_600_000)
    const renewed = { authorization: `Bearer ${body.token}` }
    for (const headers of [ann, renewed])
      t.equal((await server.call('GET', '/v1/me', { headers })).status, 200)
    server.chat.now = () => expiresAt
    t.equal((await server.call('GET', '/v1/me', { headers: ann })).status, 401)
    t.equal((await server.call('GET', '/v1/me', { headers: renewed })).status, 200)
  },
)

t.test('the list counts as a read, and ending as a write', async (t) => {
  const server = await serve(t, { readsPerMinute: 1, messagesPerMinute: 1 })
  const ann = await server.join('ann')
  const call = (method: string) => server.call(method, '/v1/sessions', { headers: ann })
  for (const [method, status] of [
    ['GET', 200],
    ['DELETE', 204],
  ] as const) {
    t.equal((await call(method)).status, status)
    problem(t, await call(method), 429, 'too-many-requests')
  }
})
