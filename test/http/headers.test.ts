import t from 'tap'
import { serve } from './support/server.ts'

t.test('answers of the API are no-store, except the stream', async (t) => {
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
  for (const path of ['/healthz', '/readyz', '/problems/nope'])
    t.equal((await server.call('GET', path)).headers.get('cache-control'), 'no-store', path)
})

t.test('answers have the security headers, also over plain http', async (t) => {
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
    for (const name of ['strict-transport-security', 'server', 'x-powered-by', 'set-cookie'])
      t.equal(headers.get(name), null, name)
  }
})

t.test('without CORS_ORIGINS there is no CORS', async (t) => {
  const server = await serve(t)
  const headers = { origin: 'https://a.example', 'access-control-request-method': 'POST' }
  const preflight = await server.call('OPTIONS', '/v1/login', { headers })
  t.equal(preflight.status, 403)
  t.equal(preflight.headers.get('access-control-allow-origin'), null)
  const own = { ...headers, origin: server.url }
  t.equal((await server.call('OPTIONS', '/v1/login', { headers: own })).status, 405)
})

t.test('pages of the allowed origins may call', async (t) => {
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
  t.equal(
    preflight.headers.get('access-control-allow-methods'),
    'DELETE, GET, HEAD, PATCH, POST, PUT',
    'all that some call takes',
  )

  for (const path of ['/v1/me', '/v1/nope', '/healthz']) {
    const answer = await server.call('GET', path, { headers: { origin } })
    t.equal(answer.headers.get('access-control-allow-origin'), origin, path)
    t.equal(
      answer.headers.get('access-control-expose-headers'),
      'Location, Retry-After, Idempotent-Replayed',
    )
  }
  const other = await server.call('GET', '/healthz', { headers: { origin: 'https://c.example' } })
  t.equal(other.status, 403)
  t.equal(other.headers.get('access-control-allow-origin'), null)
  t.equal((await server.call('PUT', '/v1/me')).headers.get('allow'), 'GET, HEAD, PATCH')
})

/** The headers of an answer, by lower-case name. */
function headersOf(text: string): Record<string, string> {
  const lines = (text.split('\r\n\r\n', 1)[0] as string).split('\r\n').slice(1)
  return Object.fromEntries(
    lines.map((line) => [
      line.split(':', 1)[0]?.toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
}

t.test('a refusal of the parser has the headers of all answers', async (t) => {
  const timeouts = { headersMs: 200, requestMs: 400, checkMs: 50 }
  const origins = ['https://a.example', 'https://b.example']
  const origin = 'https://b.example'
  const lines = `Host: a\r\nOrigin: ${origin}\r\n`
  const begin = `POST /v1/login HTTP/1.1\r\n${lines}Content-Type: application/json\r\n`
  const refused: [string, number][] = [
    [`GET / HTTP/1.1\r\n${lines}broken header\r\n\r\n`, 400],
    [`FOO /v1/login HTTP/1.1\r\n${lines}\r\n`, 400],
    [`GET /v1/%zz HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`, 400],
    [`GET /v1/me HTTP/1.1\r\n${lines}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    [`${begin}Content-Length: 9\r\n\r\n{`, 408],
    [`${begin}Transfer-Encoding: chunked\r\n\r\nx\r\n`, 400],
    [`CONNECT a:80 HTTP/1.1\r\n${lines}\r\n`, 405],
    [`GET /nope HTTP/1.1\r\n${lines}Connection: close\r\n\r\n`, 404],
  ]
  for (const corsOrigins of [origins, ['*'], ['https://a.example'], []]) {
    const server = await serve(t, { corsOrigins }, { timeouts })
    const usual = headersOf(
      await server.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`),
    )
    const allowed = corsOrigins.includes(origin) ? origin : corsOrigins.find((one) => one === '*')
    for (const [bytes, status] of refused) {
      const text = await server.raw(bytes)
      // A request with complete headers is refused as cross-site.
      const whole = status === 404 || bytes.startsWith(begin)
      const expected = whole && allowed === undefined ? 403 : status
      t.match(text, new RegExp(`^HTTP/1\\.1 ${expected} `), `${corsOrigins} ${bytes.slice(0, 30)}`)
      const headers = headersOf(text)
      for (const name of Object.keys(usual))
        if (!/^(?:date|content-type|content-length|connection)$/.test(name))
          t.equal(headers[name], usual[name], name)
      t.ok(Math.abs(Date.parse(headers.date as string) - Date.now()) < 60_000)
      t.equal(headers['access-control-allow-origin'], allowed)
      t.equal(headers['content-type'], 'application/problem+json')
    }
  }
})

t.test('without an origin the refusal names the first allowed one', async (t) => {
  const timeouts = { headersMs: 200, requestMs: 400, checkMs: 50 }
  const server = await serve(t, { corsOrigins: ['https://a.example'] }, { timeouts })
  const text = await server.raw('GET /v1/me HTTP/1.1\r\nHost: a\r\n')
  t.match(text, /^HTTP\/1\.1 408 /)
  t.equal(headersOf(text)['access-control-allow-origin'], 'https://a.example')
})

t.test('an OPTIONS that is not a preflight of an existing path is refused', async (t) => {
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
    t.match(await options(path, preflight), /^HTTP\/1\.1 204 .*access-control-allow-methods/s, path)
  for (const path of ['/nope', '/v1/me/', '/v1/messages/', '*'])
    t.match(await options(path, preflight), /^HTTP\/1\.1 404 .*"operations"/s, path)
  t.match(await options('/v1/%ff', preflight), /^HTTP\/1\.1 400 /)
  for (const headers of [{}, origin, { 'access-control-request-method': 'POST' }]) {
    const plain = await options('/v1/login', headers)
    t.match(plain, /^HTTP\/1\.1 405 .*\r\nallow: POST\r\n/s)
    t.match(plain, /\r\ncache-control: no-store\r\n/)
  }
})
