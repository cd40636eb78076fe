import { readFile } from 'node:fs/promises'
import t from 'tap'
import { problems } from '../../src/chat/problems.ts'
import { openApiDocument, writeOpenApi } from '../../src/commands/openapi.ts'
import { serve } from './support/server.ts'

t.test('the document in the repository is the one that the routes make', async (t) => {
  const kept = await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')
  t.ok(kept === (await openApiDocument()), 'else run: npm run openapi')
  const file = `${t.testdir({})}/openapi.json`
  await writeOpenApi(file)
  t.equal(await readFile(file, 'utf8'), kept)
})

t.test('the document describes every operation', async (t) => {
  const server = await serve(t)
  const { body: document } = await server.call('GET', '/openapi.json')
  t.equal(document.openapi, '3.2.0')
  const { body: missing } = await server.call('GET', '/nope')
  for (const { method, path, summary } of missing.operations) {
    const operation = document.paths[path][method.toLowerCase()]
    t.equal(operation.summary, summary)
    t.ok(operation.operationId)
    const [success] = Object.keys(operation.responses).filter((status) => status < '300')
    const content = operation.responses[success as string].content
    if (success !== '204') t.ok(Object.values<{ example?: unknown }>(content)[0]?.example, path)
    if (operation.requestBody !== undefined)
      t.same(Object.keys(operation.requestBody.content), [
        'application/json',
        'application/x-www-form-urlencoded',
      ])
    const documented = Object.values<{ content?: Record<string, { examples?: object }> }>(
      operation.responses,
    ).flatMap((response) =>
      Object.keys(response.content?.['application/problem+json']?.examples ?? {}),
    )
    t.ok(documented.includes('internal-error'))
    if (operation.security.length > 0) t.ok(documented.includes('unauthorized'), path)
    for (const code of documented) t.ok(Object.hasOwn(problems, code), code)
  }
  for (const event of ['Message', 'Ready', 'Presence', 'Heartbeat', 'Reset', 'Bye'])
    t.ok(document.components.schemas[`${event}Event`], event)
})

t.test('the pages at /docs bring all they need', async (t) => {
  const server = await serve(t)
  for (const path of ['/docs', '/docs/']) {
    const { status, body } = await server.call('GET', path)
    t.equal(status, 200)
    t.notMatch(body, /<script(?![^>]*src=)/, 'no script stands in the page')
    const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file)
    for (const file of files) {
      const at = new URL(file, server.url + path)
      t.equal(at.origin, server.url, 'nothing comes from elsewhere')
      t.equal((await server.call('GET', at.pathname)).status, 200, at.pathname)
    }
  }
})

t.test('the pages at /docs come packed, and what they need is fetched once', async (t) => {
  const server = await serve(t)
  const page = await server.call('GET', '/docs')
  t.match(page.body, /<meta name="viewport" content="width=device-width/)
  t.equal(page.headers.get('cache-control'), 'no-cache')
  t.match(page.body, /<p>A chat server.*<code>GET \/v1\/events<\/code>/s, 'readable at once')
  t.match(page.body, /href="openapi\.json"/, 'also where no script runs')
  const files = [...page.body.matchAll(/(?:src|href)="(docs[^"]+)"/g)].map(([, file]) => `/${file}`)
  let bytes = 0
  for (const file of files) {
    const { headers } = await server.call('HEAD', file, {
      headers: { 'accept-encoding': 'gzip' },
    })
    bytes += Number(headers.get('content-length'))
    t.equal(headers.get('cache-control'), 'public, max-age=31536000, immutable', file)
    const plain = file.replace(/-[\w-]{8}(?=\.\w+$)/, '')
    t.not(plain, file, 'its name changes with what is in it')
    const byPlainName = await server.call('GET', plain)
    t.equal(byPlainName.status, 200)
    t.equal(byPlainName.headers.get('cache-control'), 'no-cache')
  }
  t.ok(bytes < 600_000, `${bytes} bytes in all`)
  const start = await server.call('GET', files.find((file) => file.includes('start')) as string)
  t.match(start.body, /openapi\.json/, 'it reads the document that the server tells')
})

t.test('the document is packed, and not sent to who has it', async (t) => {
  const server = await serve(t)
  const packed = await server.call('HEAD', '/openapi.json', {
    headers: { 'accept-encoding': 'gzip' },
  })
  t.ok(Number(packed.headers.get('content-length')) < 30_000)
  const { headers } = await server.call('GET', '/openapi.json', {
    headers: { 'accept-encoding': 'identity' },
  })
  t.match(headers.get('content-type'), /^application\/json/)
  t.equal(headers.get('cache-control'), 'no-cache')
  const text = await server.raw(
    `GET /openapi.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: ${headers.get('etag')}\r\n\r\n`,
  )
  t.match(text, /^HTTP\/1\.1 304 .*\r\n\r\n$/s)
})

t.test(
  'a path that is no file of the pages is not found, and no error of the server',
  async (t) => {
    const server = await serve(t)
    const outside = [
      '/docs/static/../../package.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/static/..%2f..%2fpackage.json',
      '/docs/static/..%5c..%5cx',
      '/docs/static/%00',
      '/docs/static//etc/passwd',
      '/docs/static/./index.css',
      '/docs/static/.hidden',
      '/docs/static/INDEX.css',
      '/docs/static/index.css/x',
      `/docs/static/${'x'.repeat(5000)}`,
      '/docs/static/%25',
      '/docs/static/a%250',
    ]
    for (const path of outside) {
      const text = await server.raw(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
      t.match(text, /^HTTP\/1\.1 404 .*"type":"\/problems\/not-found".*"operations":/s, path)
    }
    t.equal(server.logged('unknown call').length, outside.length)
    t.same(server.logged('internal error'), [])
    const twoHosts = await server.raw(
      'GET /docs HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    )
    t.match(twoHosts, /^HTTP\/1\.1 400 /)
  },
)
