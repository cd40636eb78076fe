import t from 'tap'
import { problem, type Server, serve } from '../support/server.ts'

const close = 'Connection: close\r\n\r\n'

async function refused(server: Server, request: string): Promise<string> {
  const [head = ''] = (await server.raw(`${request}\r\nHost: a\r\n${close}`)).split('\r\n\r\n')
  return head
}

t.test('all requests of an address have one limit', async (t) => {
  for (const path of ['/healthz', '/openapi.json', '/docs', '/nope', '/v1/me', '/', '/v1/events']) {
    const server = await serve(t, { requestsPerMinute: 3 })
    for (let at = 0; at < 3; at++) t.not((await server.call('GET', path)).status, 429, path)
    const answer = await server.call('GET', path)
    const { detail } = problem(t, answer, 429, 'too-many-requests')
    t.match(detail, /^One address may make 3 requests a minute\. Try again in \d+ seconds\.$/)
    t.match(answer.headers.get('retry-after'), /^([1-5]?\d|60)$/)
  }
})

t.test('a request that reaches no route counts too', async (t) => {
  for (const request of [
    'GET /%zz HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'GET /healthz HTTP/1.1\r\nExpect: more',
    'POST /v1/login HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 0',
  ]) {
    const server = await serve(t, { requestsPerMinute: 2 })
    for (let at = 0; at < 2; at++) t.match(await refused(server, request), /^HTTP\/1\.1 40/)
    t.match(await refused(server, request), /^HTTP\/1\.1 429.*\r\nretry-after: /is, request)
  }
})

t.test('past the limit, input that is not HTTP is not answered', async (t) => {
  const server = await serve(t, { requestsPerMinute: 2 })
  for (let at = 0; at < 2; at++) t.match(await server.raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400/)
  t.equal(await server.raw('nonsense\r\n\r\n').catch(() => ''), '')
  t.match(await refused(server, 'GET /healthz HTTP/1.1'), /^HTTP\/1\.1 429/)
})

t.test('input from a trusted proxy that is not HTTP does not count', async (t) => {
  const server = await serve(t, { requestsPerMinute: 2, trustProxy: ['127.0.0.0/8'] })
  for (let at = 0; at < 5; at++) t.match(await server.raw('nonsense\r\n\r\n'), /^HTTP\/1\.1 400/)
  t.equal((await server.call('GET', '/healthz')).status, 200)
})

t.test(
  'another address is not affected, and a page of an allowed origin can read the refusal',
  async (t) => {
    const origin = 'https://chat.example'
    const server = await serve(t, { requestsPerMinute: 1, corsOrigins: [origin] })
    await server.call('GET', '/healthz')
    const answer = await server.call('GET', '/healthz', { headers: { origin } })
    t.equal(answer.status, 429)
    t.equal(answer.headers.get('access-control-allow-origin'), origin)
    const other = `GET /healthz HTTP/1.1\r\nHost: a\r\n${close}`
    t.match(await server.raw(other, { from: '127.0.0.2' }), /^HTTP\/1\.1 200/)
  },
)

t.test('a replay does not count as a message, but as a request', async (t) => {
  const server = await serve(t, { requestsPerMinute: 4, messagesPerMinute: 1 })
  const ann = await server.join('ann')
  const headers = { ...ann, 'idempotency-key': 'k' }
  const say = () => server.call('POST', '/v1/messages/broadcast', { json: { text: 'hi' }, headers })
  for (let at = 0; at < 3; at++) t.equal((await say()).status, 201)
  t.match((await say()).body.detail, /requests a minute/)
})

t.test('a stream token counts as a read', async (t) => {
  const server = await serve(t, { readsPerMinute: 2 })
  const headers = await server.join('ann')
  for (let at = 0; at < 2; at++)
    t.equal((await server.call('POST', '/v1/events/token', { headers })).status, 201)
  problem(t, await server.call('POST', '/v1/events/token', { headers }), 429, 'too-many-requests')
})
