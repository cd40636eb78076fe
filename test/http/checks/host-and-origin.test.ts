import t, { type Test } from 'tap'
import type { HttpSettings } from '../../../src/http/services.ts'
import { problem, type Server, serve } from '../support/server.ts'

/** Sends a request with exactly these headers. @returns the status and the code of the problem */
async function ask(
  server: Server,
  request: string,
  headers: Record<string, string>,
): Promise<{ status: number; code: string | undefined; text: string }> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = await server.raw(`${request}\r\n${lines.join('')}Connection: close\r\n\r\n`)
  const [, status, code] = /^HTTP\/1\.1 (\d+) (?:.*"type":"\/problems\/([^"]+)")?/s.exec(text) ?? []
  return { status: Number(status), code, text }
}

/** Asserts the status for each of these hosts. */
async function answersTo(t: Test, server: Server, expected: Record<string, number>): Promise<void> {
  for (const [host, status] of Object.entries(expected))
    t.equal((await ask(server, 'GET /healthz HTTP/1.1', { Host: host })).status, status, host)
}

const anyone: Partial<HttpSettings> = { allowedHosts: ['*'] }

t.test('an unknown host is refused, and the error names the setting', async (t) => {
  const server = await serve(t, { allowedHosts: ['chat.example.org', '[::1]', '192.168.1.5'] })
  await answersTo(t, server, {
    'chat.example.org': 200,
    'Chat.Example.ORG.:443': 200,
    'chat.example.org:': 200,
    '[::1]:3000': 200,
    '[0::1]': 200,
    '192.168.1.5:3000': 200,
    'evil.example': 421,
    'chat.example.org.evil.example': 421,
    localhost: 421,
    '192.168.1.6': 421,
  })
  for (const path of ['/', '/docs', '/nope', '/v1/me', '/healthz'])
    for (const method of ['GET', 'POST', 'OPTIONS', 'HEAD'])
      t.equal(
        (await ask(server, `${method} ${path} HTTP/1.1`, { Host: 'evil.example' })).status,
        421,
        `${method} ${path}, before anything else is judged`,
      )
  const { text, code } = await ask(server, 'GET / HTTP/1.1', { Host: 'evil.example:3000' })
  t.equal(code, 'unknown-host')
  t.match(text, /evil\.example.*ALLOWED_HOSTS/s)
})

t.test('X-Forwarded-Host is ignored', async (t) => {
  const server = await serve(t, {
    allowedHosts: ['chat.example.org'],
    trustProxy: ['127.0.0.1'],
  })
  const forwarded = { 'X-Forwarded-Host': 'chat.example.org', Forwarded: 'host=chat.example.org' }
  const get = (headers: Record<string, string>) => ask(server, 'GET /healthz HTTP/1.1', headers)
  t.equal((await get({ Host: 'evil.example', ...forwarded })).status, 421)
  const other = { 'X-Forwarded-Host': 'evil.example' }
  t.equal((await get({ Host: 'chat.example.org', ...other })).status, 200)
})

t.test('a request without a host, as of a health check, is allowed', async (t) => {
  const server = await serve(t, { allowedHosts: ['chat.example.org'] })
  t.equal((await ask(server, 'GET /healthz HTTP/1.0', {})).status, 200)
  t.equal((await ask(server, 'GET /healthz HTTP/1.1', { Host: '' })).status, 200)
  t.equal((await ask(server, 'GET /healthz HTTP/1.0', { Host: 'evil.example' })).status, 421)
  const fromPage = { Host: '', Origin: 'http://evil.example' }
  t.equal((await ask(server, 'POST /v1/login HTTP/1.1', fromPage)).code, 'cross-site')
})

t.test('an invalid Host is malformed, also where any host is allowed', async (t) => {
  const server = await serve(t, anyone)
  for (const host of ['a b', 'a/b', 'u@h', 'a,b', 'a:99999x', '[::1', 'a%00', 'x'.repeat(1000)])
    for (const request of ['GET /healthz HTTP/1.1', 'GET http://a/healthz HTTP/1.0']) {
      const { status, code } = await ask(server, request, { Host: host })
      t.equal(status, 400, host)
      t.equal(code, 'malformed-request', host)
    }
})

t.test('the host of an absolute request target counts, not the header', async (t) => {
  const server = await serve(t, { allowedHosts: ['chat.example.org'] })
  const get = async (address: string, host: string) =>
    (await ask(server, `GET ${address} HTTP/1.1`, { Host: host })).status
  t.equal(await get('http://chat.example.org:3000/healthz', 'evil.example'), 200)
  t.equal(await get('HTTPS://Chat.example.org/healthz?x', 'evil.example'), 200)
  t.equal(await get('http://evil.example/healthz', 'chat.example.org'), 421)
  for (const authority of ['', ':80', 'u@chat.example.org', 'u:p@chat.example.org', 'a,b', 'a:x'])
    t.equal(await get(`http://${authority}/healthz`, 'chat.example.org'), 400, authority)
  const origin = { Host: 'evil.example', Origin: 'http://chat.example.org' }
  const login = await ask(server, 'POST http://chat.example.org/v1/login HTTP/1.1', origin)
  t.equal(login.status, 400, 'and it is the one that a page must be of')
})

t.test('a request that a browser sends for a page of another site is refused', async (t) => {
  const server = await serve(t, anyone)
  const judged: [string, string, string | undefined, string | undefined, number][] = [
    ['POST /v1/login', 'cross-site', 'cors', 'https://evil.example', 403],
    ['POST /v1/login', 'cross-site', 'navigate', 'https://evil.example', 403],
    ['POST /v1/login', 'same-site', 'no-cors', 'http://localhost:8080', 403],
    ['POST /v1/login', 'cross-site', 'no-cors', 'null', 403],
    ['POST /v1/login', 'same-origin', 'cors', 'http://localhost:3000', 400],
    ['POST /v1/login', 'none', 'navigate', undefined, 400],
    ['GET /', 'cross-site', 'navigate', undefined, 200],
    ['GET /v1/me', 'cross-site', 'navigate', undefined, 401],
    ['GET /healthz', 'cross-site', 'no-cors', undefined, 403],
    ['GET /healthz', 'same-site', undefined, undefined, 403],
    ['GET /v1/events', 'cross-site', 'cors', 'https://evil.example', 403],
    ['HEAD /', 'cross-site', 'navigate', undefined, 403],
    ['GET /nope', 'cross-site', 'cors', 'https://evil.example', 403],
    // Not a value of browsers, so it is ignored.
    ['POST /v1/login', 'cross-site, none', 'cors', 'https://evil.example', 403],
    ['POST /v1/login', 'nonsense', undefined, undefined, 400],
  ]
  for (const [request, site, mode, origin, status] of judged) {
    const answer = await ask(server, `${request} HTTP/1.1`, {
      Host: 'localhost:3000',
      'Sec-Fetch-Site': site,
      ...(mode && { 'Sec-Fetch-Mode': mode }),
      ...(origin && { Origin: origin }),
    })
    const found = request === 'GET /' && answer.status === 302 ? 200 : answer.status
    t.equal(found, status, `${request} ${site} ${mode} ${origin}`)
    if (status === 403 && !request.startsWith('HEAD')) t.equal(answer.code, 'cross-site')
  }
})

t.test('without Sec-Fetch-Site the origin must be that of the host', async (t) => {
  const server = await serve(t, anyone)
  const judged: [string, string | undefined, boolean][] = [
    ['192.168.1.5:3000', 'http://192.168.1.5:3000', true],
    ['192.168.1.5:3000', 'http://192.168.1.5:3001', false],
    ['192.168.1.5:3000', 'http://192.168.1.5', false],
    ['192.168.1.5:3000', 'http://evil.example', false],
    ['192.168.1.5:3000', 'null', false],
    ['192.168.1.5:3000', 'file://', false],
    ['192.168.1.5:3000', 'app://192.168.1.5:3000', false],
    ['192.168.1.5:3000', 'http://', false],
    [':3000', 'http://:3000', false],
    ['', 'http://:', false],
    ['192.168.1.5:3000', 'http://u@192.168.1.5:3000', false],
    ['192.168.1.5:3000', undefined, true],
    ['Chat.LAN.:3000', 'http://chat.lan:3000', true],
    ['[::1]:3000', 'http://[::1]:3000', true],
    ['[fd00:0:0::1]', 'http://[fd00::1]', true],
    // A proxy with TLS forwards the host, with or without its port.
    ['chat.example.org', 'https://chat.example.org', true],
    ['chat.example.org:443', 'https://chat.example.org', true],
    ['chat.example.org:80', 'http://chat.example.org', true],
    ['chat.example.org:80', 'https://chat.example.org', false],
    ['chat.example.org', 'https://chat.example.org:8443', false],
    ['chat.example.org:8443', 'https://chat.example.org:8443', true],
    ['chat.example.org', 'https://chat.example.org.evil.example', false],
    ['chat.example.org', 'https://chat.example.org, https://evil.example', false],
  ]
  for (const [host, origin, own] of judged) {
    for (const request of ['POST /v1/login HTTP/1.1', 'GET /healthz HTTP/1.1']) {
      const { status } = await ask(server, request, {
        Host: host,
        ...(origin && { Origin: origin }),
      })
      const good = request.startsWith('GET') ? 200 : 400
      t.equal(status, own ? good : 403, `${request} ${host} ${origin}`)
    }
  }
})

t.test('the refusal of a page says how to allow it', async (t) => {
  const server = await serve(t, anyone)
  const detailFor = async (headers: Record<string, string>) => {
    const { text } = await ask(server, 'POST /v1/login HTTP/1.1', { Host: 'a:1', ...headers })
    return JSON.parse(text.split('\r\n\r\n')[1] as string).detail
  }
  t.match(await detailFor({ Origin: 'http://b' }), /http:\/\/b.*\ba:1\b.*CORS_ORIGINS/)
  t.match(await detailFor({ Host: 'a', Origin: 'http://b' }), /\ba\. /)
  t.match(await detailFor({ Origin: 'null' }), /CORS_ORIGINS=\*/)
  t.match(await detailFor({ 'Sec-Fetch-Site': 'cross-site' }), /CORS_ORIGINS/)
  const long = await detailFor({ Origin: `http://${'b'.repeat(9000)}` })
  t.ok(long.length < 400)
})

t.test('only pages of the allowed origins may call', async (t) => {
  const server = await serve(t, {
    ...anyone,
    corsOrigins: ['https://app.example', 'capacitor://localhost'],
  })
  for (const [origin, allowed] of [
    ['https://app.example', true],
    // The origin of a WebView.
    ['capacitor://localhost', true],
    ['http://app.example', false],
    ['https://other.app.example', false],
    ['null', false],
  ] as const)
    for (const site of ['cross-site', undefined])
      for (const request of ['POST /v1/login HTTP/1.1', 'GET /v1/events HTTP/1.1']) {
        const answer = await ask(server, request, {
          Host: 'localhost',
          Origin: origin,
          ...(site && { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'cors' }),
        })
        const good = request.startsWith('GET') ? 401 : 400
        t.equal(answer.status, allowed ? good : 403, `${request} ${origin} ${site}`)
        t.equal(/access-control-allow-origin/i.test(answer.text), allowed)
      }
})

t.test('CORS_ORIGINS=* also allows a page without an origin', async (t) => {
  const server = await serve(t, { ...anyone, corsOrigins: ['*'] })
  for (const origin of ['null', 'https://app.example']) {
    const answer = await ask(server, 'GET /healthz HTTP/1.1', {
      Host: 'localhost',
      Origin: origin,
      'Sec-Fetch-Site': 'cross-site',
    })
    t.equal(answer.status, 200)
    t.match(answer.text, /access-control-allow-origin: \*/i)
  }
})

t.test('failed logins by forms of another site lock nobody out', async (t) => {
  const server = await serve(t, { ...anyone, loginsPerMinute: 2 })
  await server.join('ann')
  const form = 'username=ann&password=wrong-password'
  for (let post = 0; post < 20; post++) {
    const answer = await server.call('POST', '/v1/login', {
      body: form,
      headers: {
        origin: 'http://evil.example',
        'content-type': 'application/x-www-form-urlencoded',
      },
    })
    problem(t, answer, 403, 'cross-site')
  }
  const login = await server.call('POST', '/v1/login', {
    json: { username: 'ann', password: 'password' },
  })
  t.equal(login.status, 200)
})

t.test('programs without these headers are allowed', async (t) => {
  const server = await serve(t, anyone)
  const login = 'POST /v1/login HTTP/1.1'
  t.equal((await ask(server, login, { Host: 'localhost:3000' })).status, 400)
  const undici = { Host: 'localhost:3000', 'Sec-Fetch-Mode': 'cors' }
  t.equal((await ask(server, login, undici)).status, 400)
})
