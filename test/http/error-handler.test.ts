import t from 'tap'
import { Problem } from '../../src/chat/problems.ts'
import { OutcomeUnknown, Unavailable } from '../../src/store/store-errors.ts'
import { problem, serve } from './support/server.ts'

t.test('an unavailable store is 503 with Retry-After', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const say = () =>
    server.call('POST', '/v1/messages/broadcast', { json: { text: 'hi' }, headers: ann })
  server.chat.broken = new Unavailable('secret')
  const unavailable = await say()
  problem(t, unavailable, 503, 'unavailable')
  t.match(unavailable.headers.get('retry-after'), /^[1-9]\d*$/)
  server.chat.broken = new OutcomeUnknown('secret')
  const unknown = await say()
  problem(t, unknown, 503, 'outcome-unknown')
  t.match(unknown.headers.get('retry-after'), /^[1-9]\d*$/)
})

t.test('a ban says why and until when, where these were said', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const say = () =>
    server.call('POST', '/v1/messages/broadcast', { json: { text: 'hi' }, headers: ann })
  server.chat.broken = new Problem('banned', 'Banned.', {
    reason: 'Spam.',
    until: 1_800_000_000_000,
  })
  t.match(problem(t, await say(), 403, 'banned'), {
    reason: 'Spam.',
    until: '2027-01-15T08:00:00.000Z',
  })
  server.chat.broken = new Problem('muted', 'Muted.')
  t.strictSame(Object.keys(problem(t, await say(), 403, 'muted')).sort(), [
    'detail',
    'requestId',
    'status',
    'title',
    'type',
  ])
})

t.test(
  'an internal error shows no details, and is logged with the id of its request',
  async (t) => {
    const server = await serve(t)
    const ann = await server.join('ann')
    const say = () =>
      server.call('POST', '/v1/messages/broadcast', { json: { text: 'hi' }, headers: ann })
    for (const broken of [
      new Error('secret'),
      Object.assign(new Error('secret'), { statusCode: 302 }),
      Object.assign(new Error('secret'), { statusCode: 503 }),
    ]) {
      server.chat.broken = broken
      const body = problem(t, await say(), 500, 'internal-error')
      t.notMatch(JSON.stringify(body), /secret/)
      t.match(server.logged('internal error').at(-1), {
        reqId: body.requestId,
        err: { message: 'secret' },
      })
    }
  },
)

t.test('a refusal of Fastify has our own words', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  for (const [statusCode, status, code] of [
    [400, 400, 'malformed-request'],
    [413, 413, 'payload-too-large'],
    [418, 400, 'malformed-request'],
  ] as const) {
    server.chat.broken = Object.assign(new Error('secret'), { statusCode })
    const answer = await server.call('POST', '/v1/messages/broadcast', {
      json: { text: 'hi' },
      headers: ann,
    })
    t.notMatch(JSON.stringify(problem(t, answer, status, code)), /secret/)
  }
  t.same(server.logged('internal error'), [])
})

t.test('each request has its own id', async (t) => {
  const server = await serve(t)
  const first = await server.call('GET', '/nope', { headers: { 'request-id': 'mine' } })
  const second = await server.call('GET', '/nope')
  t.not(first.body.requestId, second.body.requestId)
  t.not(first.body.requestId, 'mine')
})
