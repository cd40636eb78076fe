import t, { type Test } from 'tap'
import { problem, type Server, serve } from '../support/server.ts'

const script = 'export const greeting = "hello"\n'.repeat(50)

/** A server with a page as the build makes it. */
async function servePage(t: Test): Promise<Server> {
  const webAppDirectory = t.testdir({
    'index.html': '<!doctype html><title>Obrol</title>',
    assets: {
      'page-1a2b3c.js': script,
      'logo-4d5e6f.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'sound-7a8b9c.opus': 'x',
    },
  })
  return serve(t, {}, { webAppDirectory })
}

t.test('the page is at the root, and revalidated each time', async (t) => {
  const server = await servePage(t)
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, body } = await server.call(method, '/?x=1')
    t.equal(status, 200)
    t.match(headers.get('content-type'), /^text\/html; ?charset=utf-8$/i)
    t.equal(headers.get('cache-control'), 'no-cache')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.ok(headers.get('etag'))
    t.equal(body.includes('<title>Obrol'), method === 'GET')
  }
  const { headers } = await server.call('GET', '/')
  const again = await server.raw(
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: ${headers.get('etag')}\r\n\r\n`,
  )
  t.match(again, /^HTTP\/1\.1 304 /)
  t.same(server.logged('page not built'), [])
})

t.test('its files are immutable, and compressed for clients that accept it', async (t) => {
  const server = await servePage(t)
  for (const [encoding, packed] of [
    ['identity', null],
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['GZIP;q=0.5, identity;q=0.1', 'gzip'],
    ['gzip;q=0', null],
    ['br', null],
  ] as const) {
    const { headers, body } = await server.call('GET', '/assets/page-1a2b3c.js', {
      headers: { 'accept-encoding': encoding },
    })
    t.equal(body, script)
    t.equal(headers.get('content-encoding'), packed, encoding)
    t.match(headers.get('content-type'), /\bjavascript; ?charset=utf-8$/i)
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable')
    t.match(headers.get('vary'), /accept-encoding/i)
  }
  const logo = await server.call('HEAD', '/assets/logo-4d5e6f.svg')
  t.equal(logo.status, 200)
  t.match(logo.headers.get('content-type'), /^image\/svg\+xml/)
  t.equal(logo.headers.get('vary'), null, 'too small to be packed')
  const sound = await server.call('GET', '/assets/sound-7a8b9c.opus')
  t.equal(sound.headers.get('content-type'), 'application/octet-stream')
})

t.test('the policy of the page allows no inline code, and nothing from elsewhere', async (t) => {
  const server = await servePage(t)
  for (const path of ['/', '/assets/page-1a2b3c.js']) {
    const policy = (await server.call('GET', path)).headers.get('content-security-policy') as string
    t.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, path)
    t.match(policy, /frame-ancestors 'none'/)
    t.notMatch(policy, /unsafe|data:|https?:|\*|upgrade-insecure-requests/)
  }
  const docs = await server.call('GET', '/docs')
  t.match(docs.headers.get('content-security-policy'), /default-src 'self'/)
})

t.test('a path that is not one of its files is not found', async (t) => {
  const server = await servePage(t)
  for (const path of [
    '/assets/',
    '/assets',
    '/assets/nope.js',
    '/assets/../index.html',
    '/assets/%2e%2e/index.html',
    '/index.html',
  ]) {
    const answer = await server.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    t.match(answer, /^HTTP\/1\.1 404 .*"type":"\/problems\/not-found".*"operations":/s, path)
  }
  for (const path of ['/', '/assets/page-1a2b3c.js']) {
    const answer = await server.call('POST', path)
    problem(t, answer, 405, 'method-not-allowed')
    t.equal(answer.headers.get('allow'), 'GET, HEAD')
  }
})

t.test('where the page was not built, the root redirects to /docs', async (t) => {
  const server = await serve(t, {}, { webAppDirectory: `${t.testdir({})}/none` })
  const { status, headers } = await server.call('GET', '/')
  t.equal(status, 302)
  t.equal(headers.get('location'), '/docs')
  problem(t, await server.call('GET', '/assets/page.js'), 404, 'not-found')
  t.equal(server.logged('page not built').length, 1)
})
