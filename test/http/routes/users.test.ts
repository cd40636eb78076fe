import t from 'tap'
import { problem, serve } from '../support/server.ts'

t.test('users are found, one by one or by a beginning', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  await server.join('bob')
  const get = (path: string) => server.call('GET', `/v1/users${path}`, { headers: ann })
  const { status, body } = await get('/bob')
  t.equal(status, 200)
  t.match(body, { id: 2, username: 'bob', role: 'member', createdAt: /Z$/ })
  t.same((await get('?q=b')).body, { users: [body] })
  t.match((await get('?usernames=ann,bob')).body.users, [{ username: 'ann' }, { username: 'bob' }])
  problem(t, await get('/nobody'), 404, 'unknown-person')
  problem(t, await get('?name=b'), 400, 'invalid-request')
  t.equal((await get('/online')).body.count, 0, 'no username is `online`')
})

t.test('to find users counts as a read', async (t) => {
  const server = await serve(t, { readsPerMinute: 2 })
  const ann = await server.join('ann')
  const get = (path: string) => server.call('GET', `/v1/users${path}`, { headers: ann })
  t.equal((await get('/ann')).status, 200)
  t.equal((await get('?q=a')).status, 200)
  for (const path of ['/ann', '?q=a']) problem(t, await get(path), 429, 'too-many-requests')
})
