import t from 'tap'
import { problem, serve } from '../support/server.ts'

t.test('the answer to an unknown path lists all operations', async (t) => {
  const server = await serve(t)
  for (const path of [
    '/nope',
    '/v1/nope?token=secret',
    '/docs/static/nope.js',
    '/V1/me',
    '/v1/me/',
  ]) {
    const { operations } = problem(t, await server.call('GET', path), 404, 'not-found')
    t.match(
      operations.find(({ path }: { path: string }) => path === '/v1/messages/{id}'),
      { method: 'GET', summary: 'Get a message' },
    )
    t.notOk(operations.some(({ method }: { method: string }) => method === 'HEAD'))
  }
  const posted = await server.call('POST', '/nope', {
    body: '{',
    headers: { 'content-type': 'nonsense' },
  })
  problem(t, posted, 404, 'not-found')
})

t.test(
  'the answer to a wrong method lists the allowed ones, before anything else is checked',
  async (t) => {
    const server = await serve(t)
    const allowed: [string, string, string][] = [
      ['PUT', '/v1/register', 'POST'],
      ['GET', '/v1/logout', 'POST'],
      ['OPTIONS', '/v1/register', 'POST'],
      ['OPTIONS', '/v1/me', 'GET, HEAD, PATCH'],
      ['POST', '/v1/messages/nonsense', 'DELETE, GET, HEAD, PATCH'],
      // Paths of routes where `/v1/messages/:id` has its parameter.
      ['GET', '/v1/messages/broadcast', 'POST'],
      ['HEAD', '/v1/messages/broadcast', 'POST'],
      ['PUT', '/v1/messages/broadcast', 'POST'],
      ['GET', '/v1/messages/direct?after=1', 'POST'],
      ['PUT', '/v1/messages/direct', 'POST'],
      ['DELETE', '/v1/messages/direct', 'POST'],
      ['GET', '/v1/messages/1/reactions/x', 'DELETE, PUT'],
      ['GET', '/v1/messages/%64irect', 'POST'],
      ['OPTIONS', '/v1/messages/direct', 'POST'],
      ['POST', '/docs', 'GET, HEAD'],
      ['POST', '/docs/', 'GET, HEAD'],
      ['DELETE', '/', 'GET, HEAD'],
      ['POST', '/v1/messages?x=1', 'GET, HEAD'],
      ['PROPFIND', '/v1/events', 'GET, HEAD'],
      ['POST', '/v1/%6de', 'GET, HEAD, PATCH'],
      ['POST', '/openapi.json', 'GET, HEAD'],
      ['POST', '/openapi-3.2.json', 'GET, HEAD'],
      ['POST', '/docs/static/swagger-ui.css', 'GET, HEAD'],
    ]
    for (const [method, path, allow] of allowed) {
      const answer = await server.call(method, path)
      if (method === 'HEAD') t.equal(answer.status, 405)
      else problem(t, answer, 405, 'method-not-allowed')
      t.equal(answer.headers.get('allow'), allow, `${method} ${path}`)
    }
    problem(t, await server.call('POST', '/openapiXjson'), 404, 'not-found')
    const head = await server.call('HEAD', '/v1/login')
    t.equal(head.status, 405)
    t.equal(head.headers.get('allow'), 'POST')
  },
)

t.test('a path with a colon is not the path of a route', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  for (const path of ['/v1/messages/:id', '/v1/messages/%3aid'])
    problem(t, await server.call('GET', path, { headers: ann }), 400, 'invalid-request')
})

t.test('HEAD answers like GET', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  for (const path of ['/healthz', '/v1/me', '/v1/events'])
    t.equal((await server.call('HEAD', path, { headers: ann })).status, 200, path)
})

t.test('a path that cannot be decoded is refused', async (t) => {
  const server = await serve(t)
  for (const path of ['/v1/%ff', '/v1/messages/%ED%A0%80', '/%'])
    problem(t, await server.call('GET', path), 400, 'malformed-request')
})

t.test('each problem code is explained at its URL', async (t) => {
  const server = await serve(t)
  const { status, body } = await server.call('GET', '/problems/unavailable')
  t.equal(status, 200)
  t.match(body, { type: '/problems/unavailable', status: 503, title: String, explanation: String })
  for (const code of ['nope', 'constructor', 'x'.repeat(5000)])
    problem(t, await server.call('GET', `/problems/${code}`), 404, 'not-found')
})
