import t, { type Test } from 'tap'
import { Problem } from '../../../src/chat/problems.ts'
import { type Answer, problem, type Server, serve } from '../support/server.ts'

function refused(t: Test, answer: Answer, told: RegExp) {
  const { detail } = problem(t, answer, 429, 'too-many-requests')
  t.match(detail, told)
  t.match(answer.headers.get('retry-after'), /^[1-9]\d*$/)
}

const say = (server: Server, headers: Record<string, string>, text = 'hi', kind = 'broadcast') =>
  server.call('POST', `/v1/messages/${kind}`, {
    json: kind === 'direct' ? { to: 'bob', text } : { text },
    headers,
  })

t.test('messages are limited by account, both kinds together', async (t) => {
  const server = await serve(t, { messagesPerMinute: 2 })
  const ann = await server.join('ann')
  const bob = await server.join('bob')
  t.equal((await say(server, ann)).status, 201)
  t.equal((await say(server, ann, 'hi', 'direct')).status, 201)
  refused(
    t,
    await say(server, ann),
    /One account may write 2 times a minute: .*\. Try again in \d+ seconds/,
  )
  refused(t, await say(server, ann, 'hi', 'direct'), /One account may write \d+ times a minute/)
  t.equal((await say(server, bob)).status, 201)
})

t.test('a replay costs nothing and is answered also past the limit', async (t) => {
  const server = await serve(t, { messagesPerMinute: 2 })
  const ann = await server.join('ann')
  const keyed = { ...ann, 'idempotency-key': 'k' }
  const first = await say(server, keyed)
  for (let at = 0; at < 5; at++) t.same((await say(server, keyed)).body, first.body)
  t.equal((await say(server, ann)).status, 201)
  const replayed = await say(server, keyed)
  t.equal(replayed.status, 201)
  t.equal(replayed.headers.get('idempotent-replayed'), 'true')
  problem(t, await say(server, keyed, 'other'), 422, 'idempotency-key-reused')
  refused(t, await say(server, { ...ann, 'idempotency-key': 'new' }), /messages/)
})

t.test(
  'an invalid message is refused before the limit is checked, and costs nothing',
  async (t) => {
    const server = await serve(t, { messagesPerMinute: 1 })
    const ann = await server.join('ann')
    problem(
      t,
      await server.call('POST', '/v1/messages/broadcast', { json: {}, headers: ann }),
      400,
      'invalid-request',
    )
    t.equal((await say(server, ann)).status, 201)
    problem(
      t,
      await server.call('POST', '/v1/messages/broadcast', { json: {}, headers: ann }),
      400,
      'invalid-request',
    )
  },
)

t.test('reads are limited by account, all calls together', async (t) => {
  const server = await serve(t, { readsPerMinute: 4, streamOpensPerMinute: 1 })
  const ann = await server.join('ann')
  await say(server, ann)
  for (const path of ['/v1/me', '/v1/messages', '/v1/messages/1', '/v1/users/online'])
    t.equal((await server.call('GET', path, { headers: ann })).status, 200)
  refused(t, await server.call('GET', '/v1/me', { headers: ann }), /4 reads a minute/)
  t.equal((await server.call('GET', '/v1/events', { headers: ann })).status, 200)
  refused(t, await server.call('GET', '/v1/events', { headers: ann }), /open 1 streams a minute/)
})

t.test('registrations are limited by address; invalid ones cost nothing', async (t) => {
  const server = await serve(t, { registrationsPerHour: 2 })
  const register = (username: string, password = 'password') =>
    server.call('POST', '/v1/register', { json: { username, password } })
  for (let at = 0; at < 5; at++) t.equal((await register('ann', 'short')).status, 400)
  t.equal((await register('ann')).status, 201)
  server.chat.broken = new Problem('unavailable', 'Away.')
  t.equal((await register('bob')).status, 503)
  server.chat.broken = undefined
  t.equal((await register('ann')).status, 409)
  refused(t, await register('cid'), /2 registrations an hour/)
  t.equal((await register('cid', 'short')).status, 400, 'what is wrong is told before the limit')
})

t.test('failed logins are limited by address and name, never by name alone', async (t) => {
  const server = await serve(t, { loginsPerMinute: 2, trustProxy: ['127.0.0.1'] })
  await server.join('ann')
  await server.join('bob')
  const login = (username: string, password: string, from = '203.0.113.1') =>
    server.call('POST', '/v1/login', {
      json: { username, password },
      headers: { 'x-forwarded-for': from },
    })
  for (let at = 0; at < 5; at++)
    t.equal((await login('ann', 'password')).status, 200, 'success is free')
  t.equal((await login('ann', 'wrong')).status, 401)
  t.equal((await login('ANN', 'wrong')).status, 401, 'by the key of the name')
  refused(t, await login('ann', 'wrong'), /fail to log in 2 times a minute with one username/)
  refused(t, await login('ann', 'password'), /Try again/)
  t.equal((await login('bob', 'password')).status, 200, 'another name')
  refused(t, await login('ann', 'password', '203.0.113.1:80'), /Try again/)
  t.equal((await login('ann', 'password', '203.0.113.2')).status, 200, 'another address')

  for (let name = 0; name < 10; name++)
    t.equal((await login(`x${name}`, 'wrong')).status, 401, 'up to six times that for the address')
  refused(t, await login('bob', 'password'), /fail to log in 12 times a minute\./)
  t.equal((await login('bob', 'password', '2001:db8::1')).status, 200)
})

t.test('many attempts at once fail no more often than allowed', async (t) => {
  const server = await serve(t, { loginsPerMinute: 3 })
  await server.join('ann')
  let underWay = 0
  let most = 0
  let judged = 0
  server.chat.loginDelay = async () => {
    most = Math.max(most, ++underWay)
    judged++
    await new Promise((resolve) => setTimeout(resolve, 10))
    underWay--
  }
  const login = (password: string) =>
    server.call('POST', '/v1/login', { json: { username: 'ann', password } })
  const right = await Promise.all(Array.from({ length: 9 }, () => login('password')))
  t.ok(
    right.every(({ status }) => status === 200),
    'all that succeed have waited for their turn',
  )
  t.equal(most, 3)
  judged = 0
  const wrong = await Promise.all(Array.from({ length: 9 }, () => login('wrong')))
  t.equal(judged, 3)
  t.same(wrong.map(({ status }) => status).sort(), [401, 401, 401, 429, 429, 429, 429, 429, 429])
  refused(t, await login('password'), /Try again/)
})

t.test('a bounded number of logins waits for running ones; more are refused at once', async (t) => {
  const server = await serve(t, { loginsPerMinute: 1 })
  await server.join('ann')
  const { promise: judged, resolve: judge } = Promise.withResolvers<void>()
  server.chat.loginDelay = () => judged
  const login = () =>
    server.call('POST', '/v1/login', { json: { username: 'ann', password: 'password' } })
  const refusals: Answer[] = []
  const all = Array.from({ length: 20 }, async () => {
    const answer = await login()
    if (answer.status !== 200) refusals.push(answer)
    if (refusals.length === 3) judge()
    return answer
  })
  // All of them fit into the queue, so none is refused.
  const late = setTimeout(judge, 2000)
  const answers = await Promise.all(all)
  clearTimeout(late)
  t.equal(answers.filter(({ status }) => status === 200).length, 17, 'one under way, 16 behind it')
  for (const refusal of refusals) {
    t.match(problem(t, refusal, 503, 'unavailable').detail, /Too many logins of yours/)
    t.equal(refusal.headers.get('retry-after'), '1')
  }
})

t.test('an error of the server is not a failed login', async (t) => {
  const server = await serve(t, { loginsPerMinute: 1 })
  await server.join('ann')
  const login = () =>
    server.call('POST', '/v1/login', { json: { username: 'ann', password: 'password' } })
  server.chat.broken = new Problem('unavailable', 'Away.')
  for (let at = 0; at < 3; at++) t.equal((await login()).status, 503)
  server.chat.broken = undefined
  t.equal((await login()).status, 200)
})
