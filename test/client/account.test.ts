import t from 'tap'
import { openDouble } from './double.ts'

const session = {
  id: 7,
  createdAt: '2026-11-02T09:30:00.000Z',
  lastSeenAt: '2026-11-02T17:05:12.000Z',
  expiresAt: '2026-11-09T09:30:00.000Z',
  current: true,
}

t.test('a renewed session has another token', async (t) => {
  const user = { id: 1, username: 'ann', createdAt: '2026-11-02T09:30:00.000Z', role: 'member' }
  const body = { user, token: 'newer', tokenType: 'Bearer', expiresAt: session.expiresAt }
  const { client, requests } = await openDouble(t, () => ({ status: 200, body }))
  t.same(await client.renew(), body)
  t.equal(client.token, 'newer')
  t.same(requests, ['POST /v1/renew'])
})

t.test('the sessions of the user are listed and ended', async (t) => {
  const { client, requests } = await openDouble(t, (request) =>
    request.startsWith('GET') ? { status: 200, body: { sessions: [session] } } : { status: 204 },
  )
  t.same(await client.account.sessions(), [session])
  await client.account.endSession(7)
  await client.account.endOtherSessions()
  t.same(requests, ['GET /v1/sessions', 'DELETE /v1/sessions/7', 'DELETE /v1/sessions'])
})

t.test('a change of the password is not repeated if it may have been carried out', async (t) => {
  const { client, requests } = await openDouble(t, () =>
    requests.length < 2 ? { status: 204 } : undefined,
  )
  await client.account.changePassword('old one', 'new one')
  await t.rejects(client.account.changePassword('old one', 'new one'), { code: 'network' })
  const sent = 'PUT /v1/me/password {"currentPassword":"old one","newPassword":"new one"}'
  t.same(requests, [sent, sent])
})

t.test('the user gives themselves a display name', async (t) => {
  const user = { id: 1, username: 'ann', createdAt: session.createdAt, role: 'member' }
  const { client, requests } = await openDouble(t, () => ({ status: 200, body: user }))
  t.same(await client.account.update({ displayName: null }), user)
  t.same(requests, ['PATCH /v1/me {"displayName":null}'])
})

t.test('people are blocked, listed and no longer blocked', async (t) => {
  const bob = { id: 2, username: 'bob', createdAt: session.createdAt, role: 'member' }
  const page = { users: [bob], more: true }
  const { client, requests } = await openDouble(t, (request) =>
    request.startsWith('GET') ? { status: 200, body: page } : { status: 204 },
  )
  t.same(await client.account.blocks({ limit: 1, after: 'ann' }), page)
  await client.account.blocks()
  await client.account.block('bob & co')
  await client.account.unblock('bob')
  t.same(requests, [
    'GET /v1/me/blocks?limit=1&after=ann',
    'GET /v1/me/blocks',
    'PUT /v1/me/blocks/bob%20%26%20co',
    'DELETE /v1/me/blocks/bob',
  ])
})

t.test('users are found', async (t) => {
  const bob = { id: 2, username: 'bob', createdAt: session.createdAt, role: 'member' }
  const { client, requests } = await openDouble(t, (request) => ({
    status: 200,
    body: request.endsWith('/bob') ? bob : { users: [bob] },
  }))
  t.same(await client.user('bob'), bob)
  t.same(await client.users({ q: 'bo' }), [bob])
  t.same(await client.users({ usernames: ['ann', 'bob'] }), [bob])
  t.same(requests, ['GET /v1/users/bob', 'GET /v1/users?q=bo', 'GET /v1/users?usernames=ann%2Cbob'])
})
