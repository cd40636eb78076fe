import t from 'tap'
import { serve } from './support/server.ts'

t.test('answers of the API are not stored, but for the stream', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const paths = ['/v1/me', '/v1/nope', '/v1', '/v1/me?x=1', '/v1/login', '/v1/%ff']
  for (const path of [...paths, '/docs/static/nope.css'])
    t.equal(
      (await server.call('GET', path, { headers: ann })).headers.get('cache-control'),
      'no-store',
      path,
    )
  t.match(await server.raw('nonsense\r\n\r\n'), /cache-control: no-store/i)
  for (const [method, path, status] of [
    ['POST', '/%761/login', 415],
    ['GET', '/%761/me', 200],
    ['PUT', '/%761/me', 405],
    ['GET', '/%761/nope', 404],
  ] as const) {
    const answer = await server.call(method, path, {
      headers: ann,
      ...(status === 415 && { body: 'x' }),
    })
    t.equal(answer.status, status)
    t.equal(answer.headers.get('cache-control'), 'no-store', `${method} ${path}`)
  }
  const stream = await server.call('GET', '/v1/events', { headers: ann })
  t.not(stream.headers.get('cache-control'), 'no-store')
  t.equal((await server.call('GET', '/healthz')).headers.get('cache-control'), null)
})

t.test('browsers are told what pages may do, also over plain http', async (t) => {
  const server = await serve(t)
  for (const path of ['/docs', '/healthz', '/nope']) {
    const { headers } = await server.call('GET', path)
    const policy = headers.get('content-security-policy') ?? ''
    t.match(policy, /default-src 'self'/)
    t.match(policy, /frame-ancestors 'none'/)
    t.notMatch(
      policy,
      /upgrade-insecure-requests|https?:|unsafe-eval|script-src [^;]*unsafe-inline/,
    )
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('strict-transport-security'), null)
  }
})

t.test('without origins there is no CORS', async (t) => {
  const server = await serve(t)
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
  const preflight = await server.call('OPTIONS', '/v1/login', { headers })
  t.equal(preflight.status, 405)
  t.equal(preflight.headers.get('access-control-allow-origin'), null)
})

t.test('pages of the origins that are set may call', async (t) => {
  const server = await serve(t, { corsOrigins: ['https://a.example', 'https://b.example'] })
  const origin = 'https://b.example'
  const preflight = await server.call('OPTIONS', '/v1/messages/direct', {
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  })
  t.equal(preflight.status, 204)
  t.equal(preflight.headers.get('access-control-allow-origin'), origin)
  t.match(preflight.headers.get('vary'), /origin/i)
  t.equal(
    preflight.headers.get('access-control-allow-headers'),
    'Authorization, Content-Type, Idempotency-Key, Last-Event-ID',
  )
  t.match(preflight.headers.get('access-control-allow-methods'), /POST/)

  for (const path of ['/v1/me', '/v1/nope', '/healthz']) {
    const answer = await server.call('GET', path, { headers: { origin } })
    t.equal(answer.headers.get('access-control-allow-origin'), origin, path)
    t.equal(
      answer.headers.get('access-control-expose-headers'),
      'Location, Retry-After, Idempotent-Replayed',
    )
  }
  const other = await server.call('GET', '/healthz', { headers: { origin: 'https://c.example' } })
  t.equal(other.headers.get('access-control-allow-origin'), null)
  t.equal((await server.call('PUT', '/v1/me')).headers.get('allow'), 'GET, HEAD')
})

t.test(
  'with origins an OPTIONS is a preflight, of an address that exists, or like any method',
  async (t) => {
    const server = await serve(t, { corsOrigins: ['https://a.example'] })
    const origin = { origin: 'https://a.example' }
    const preflight = { ...origin, 'access-control-request-method': 'POST' }
    const options = (path: string, headers: Record<string, string>) =>
      server.raw(
        `OPTIONS ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      )
    for (const path of ['/v1/login', '/v1/%6dessages/7', '/docs/static/index.css'])
      t.match(
        await options(path, preflight),
        /^HTTP\/1\.1 204 .*access-control-allow-methods/s,
        path,
      )
    for (const path of ['/nope', '/v1/me/', '/v1/messages/', '*'])
      t.match(await options(path, preflight), /^HTTP\/1\.1 404 .*"operations"/s, path)
    t.match(await options('/v1/%ff', preflight), /^HTTP\/1\.1 400 /)
    for (const headers of [{}, origin, { 'access-control-request-method': 'POST' }]) {
      const plain = await options('/v1/login', headers)
      t.match(plain, /^HTTP\/1\.1 405 .*\r\nallow: POST\r\n/s)
      t.match(plain, /\r\ncache-control: no-store\r\n/)
    }
  },
)
