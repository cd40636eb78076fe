import t from 'tap'
import { problem, serve } from '../support/server.ts'

t.test('people are blocked, listed and no longer blocked', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  await server.join('bob')
  const call = (method: string, path = '') =>
    server.call(method, `/v1/me/blocks${path}`, { headers: ann })
  t.equal((await call('PUT', '/bob')).status, 204)
  const { status, body } = await call('GET', '?limit=5')
  t.equal(status, 200)
  t.match(body, {
    users: [{ id: 2, username: 'bob', role: 'member', createdAt: /Z$/ }],
    more: false,
  })
  t.equal((await call('DELETE', '/bob')).status, 204)
  t.same((await call('GET')).body, { users: [], more: false })
  problem(t, await call('PUT', '/nobody'), 404, 'unknown-person')
  problem(t, await call('GET', '?limit=1001'), 400, 'invalid-request')
})

t.test('the list counts as a read, and a block as a write', async (t) => {
  const server = await serve(t, { readsPerMinute: 1, messagesPerMinute: 1 })
  const ann = await server.join('ann')
  await server.join('bob')
  const call = (method: string, path = '') =>
    server.call(method, `/v1/me/blocks${path}`, { headers: ann })
  t.equal((await call('GET')).status, 200)
  problem(t, await call('GET'), 429, 'too-many-requests')
  t.equal((await call('PUT', '/bob')).status, 204)
  problem(t, await call('DELETE', '/bob'), 429, 'too-many-requests')
})
