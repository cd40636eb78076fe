import t from 'tap'
import { problem, serve } from '../support/server.ts'

t.test('a password is changed with the one before', async (t) => {
  const server = await serve(t, { loginsPerMinute: 2 })
  const ann = await server.join('ann')
  const change = (json: object) => server.call('PUT', '/v1/me/password', { json, headers: ann })
  const good = { currentPassword: 'password', newPassword: 'another-one' }
  problem(t, await change({ ...good, newPassword: 'short' }), 400, 'invalid-request')
  t.match(problem(t, await change({ newPassword: 'another-one' }), 400, 'invalid-request').errors, [
    { pointer: '/currentPassword' },
  ])
  t.equal((await change(good)).status, 204)
  problem(t, await change(good), 401, 'wrong-password')
  const next = { currentPassword: 'another-one', newPassword: 'a-third-one' }
  t.equal((await change({ ...next, endTokens: false })).status, 204)
  problem(t, await change(good), 401, 'wrong-password')
  problem(t, await change(good), 429, 'too-many-requests')
  const login = { username: 'ann', password: 'wrong' }
  const limited = await server.call('POST', '/v1/login', { json: login })
  problem(t, limited, 429, 'too-many-requests')
  const logged = server.lines.map(({ event }) => event)
  t.equal(logged.filter((event) => event === 'password changed').length, 2)
  t.ok(logged.includes('password change refused'))
  t.notMatch(JSON.stringify(server.lines), /another-one|a-third-one/)
})

t.test('a change of the password counts as a write', async (t) => {
  const server = await serve(t, { messagesPerMinute: 1 })
  const ann = await server.join('ann')
  const change = (newPassword: string) =>
    server.call('PUT', '/v1/me/password', {
      json: { currentPassword: 'password', newPassword },
      headers: ann,
    })
  t.equal((await change('password')).status, 204)
  problem(t, await change('short'), 400, 'invalid-request')
  problem(t, await change('password'), 429, 'too-many-requests')
})

t.test('the current user is given a display name', async (t) => {
  const server = await serve(t, { messagesPerMinute: 2 })
  const ann = await server.join('ann')
  const update = (json: object) => server.call('PATCH', '/v1/me', { json, headers: ann })
  const { status, body } = await update({ displayName: 'Ann Lee' })
  t.equal(status, 200)
  t.match(body, { id: 1, username: 'ann', role: 'member', displayName: 'Ann Lee' })
  t.notOk('displayName' in (await update({ displayName: null })).body)
  for (const json of [{ displayName: '' }, { displayName: 7 }])
    t.match(problem(t, await update(json), 400, 'invalid-request').errors, [
      { pointer: '/displayName' },
    ])
  problem(t, await update({ role: 'admin' }), 400, 'invalid-request')
  problem(t, await update({}), 429, 'too-many-requests')
})
