import { statSync, utimesSync } from 'node:fs'
import fastify from 'fastify'
import t, { type Test } from 'tap'
import { immutable, revalidate, StaticFile } from '../../../src/http/static/static-file.ts'
import { type Server, serve } from '../support/server.ts'

const script = `export const letters = '${'abcdefghij'.repeat(200)}'\n`
const file = '/assets/page-1a2b3c.js'
const changedAt = new Date('2026-03-01T12:00:00Z')

interface Sent {
  status: number
  headers: Headers
  body: Buffer
}

/** A server with a page whose files have a known modification time. */
async function servePage(t: Test): Promise<Server> {
  const webAppDirectory = t.testdir({
    'index.html': '<!doctype html><title>Obrol</title>',
    assets: { 'page-1a2b3c.js': script },
  })
  for (const path of ['index.html', file.slice(1)]) {
    utimesSync(`${webAppDirectory}/${path}`, changedAt, changedAt)
    t.equal(statSync(`${webAppDirectory}/${path}`).mtimeMs, changedAt.getTime())
  }
  return serve(t, {}, { webAppDirectory })
}

/** Gets the file, uncompressed unless `headers` say otherwise. */
async function get(
  server: Server,
  headers: Record<string, string> = {},
  path = file,
  method = 'GET',
): Promise<Sent> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const text = await server.raw(
    `${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}\r\n`,
  )
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [first = '', ...rest] = head.split('\r\n')
  const found = rest.map((line) => line.split(/: ?(.*)/).slice(0, 2) as [string, string])
  return {
    status: Number(first.split(' ')[1]),
    headers: new Headers(found),
    body: Buffer.from(body),
  }
}

t.test('a range is answered with its bytes', async (t) => {
  const server = await servePage(t)
  const size = script.length
  const parts: [string, number, number][] = [
    ['bytes=0-0', 0, 1],
    ['bytes=3-9', 3, 10],
    ['Bytes=3-9', 3, 10],
    ['bytes=10-', 10, size],
    [`bytes=${size - 1}-99999999`, size - 1, size],
    ['bytes=-5', size - 5, size],
    ['bytes=-99999999', 0, size],
    ['bytes=-99999999999999999999', 0, size],
  ]
  for (const [range, start, end] of parts) {
    const { status, headers, body } = await get(server, { Range: range })
    t.equal(status, 206, range)
    t.equal(headers.get('content-range'), `bytes ${start}-${end - 1}/${size}`)
    t.equal(headers.get('content-length'), `${end - start}`)
    t.equal(body.toString(), script.slice(start, end))
  }
})

t.test('a range past the end is refused, with the size', async (t) => {
  const server = await servePage(t)
  for (const path of [file, '/', '/docs', '/docs/static/index.css', '/openapi.json']) {
    const { headers } = await get(server, {}, path)
    for (const range of ['bytes=99999999-', 'bytes=99999999-99999999', 'bytes=-0']) {
      const refused = await get(server, { Range: range }, path)
      t.equal(refused.status, 416, `${path} ${range}`)
      t.equal(refused.headers.get('content-range'), `bytes */${headers.get('content-length')}`)
      t.equal(refused.headers.get('content-type'), 'application/problem+json')
      t.equal(JSON.parse(refused.body.toString()).type, '/problems/range-not-satisfiable')
      t.equal(refused.headers.get('cache-control'), 'no-store')
    }
  }
  t.same(server.logged('internal error'), [])
})

t.test('an invalid range, or several, is ignored', async (t) => {
  const server = await servePage(t)
  for (const range of [
    'bytes=5-2',
    'bytes=a-b',
    'bytes=-',
    'bytes=',
    'bytes=0-1,3-4',
    'bytes=99999999-,0-1',
    'lines=0-1',
    'bytes 0-1',
    'nonsense',
  ]) {
    const { status, headers, body } = await get(server, { Range: range })
    t.equal(status, 200, range)
    t.equal(headers.get('content-range'), null)
    t.equal(body.toString(), script)
  }
  for (const range of ['bytes=0-1', 'bytes=99999999-']) {
    const head = await get(server, { Range: range }, file, 'HEAD')
    t.equal(head.status, 200, 'nor does HEAD know ranges')
    t.equal(head.headers.get('content-length'), `${script.length}`)
  }
})

t.test('a range is of the compressed file where that is sent', async (t) => {
  const server = await servePage(t)
  const accept = { 'Accept-Encoding': 'gzip' }
  const answer = await server.call('HEAD', file, { headers: accept })
  const size = Number(answer.headers.get('content-length'))
  t.ok(size < script.length)
  const { status, headers } = await get(server, { ...accept, Range: 'bytes=0-1' })
  t.equal(status, 206)
  t.equal(headers.get('content-encoding'), 'gzip')
  t.equal(headers.get('content-range'), `bytes 0-1/${size}`)
  t.not(headers.get('etag'), (await get(server)).headers.get('etag'))
  const [whole, again] = await Promise.all(
    [1, 2].map(async () => {
      const response = await fetch(server.url + file, {
        headers: { ...accept, range: 'bytes=0-99999' },
      })
      return response.text()
    }),
  )
  t.equal(whole, script)
  t.equal(again, script)
})

t.test('preconditions are evaluated in the order of RFC 9110', async (t) => {
  const server = await servePage(t)
  const etag = (await get(server)).headers.get('etag') as string
  t.match(etag, /^"[^"]+"$/, 'a strong one')
  const [before, at, after] = [-1000, 0, 1000].map((ms) =>
    new Date(changedAt.getTime() + ms).toUTCString(),
  ) as [string, string, string]
  const judged: [Record<string, string>, number][] = [
    [{ 'If-Match': '"x"' }, 412],
    [{ 'If-Match': etag }, 200],
    [{ 'If-Match': `"x", ${etag}` }, 200],
    [{ 'If-Match': '*' }, 200],
    [{ 'If-Match': `W/${etag}` }, 412],
    [{ 'If-Match': 'nonsense' }, 412],
    [{ 'If-Match': etag, 'If-Unmodified-Since': before }, 200],
    [{ 'If-Match': '"x"', 'If-Unmodified-Since': after }, 412],
    [{ 'If-Match': '"x"', 'If-None-Match': etag }, 412],
    [{ 'If-Unmodified-Since': before }, 412],
    [{ 'If-Unmodified-Since': at }, 200],
    [{ 'If-Unmodified-Since': 'Sun, 01 Mar 2026 11:59:59 GMT' }, 412],
    [{ 'If-Unmodified-Since': 'Sunday, 01-Mar-26 11:59:59 GMT' }, 412],
    [{ 'If-Unmodified-Since': 'Sun Mar  1 11:59:59 2026' }, 412],
    [{ 'If-Unmodified-Since': 'Sun Mar  1 12:00:00 2026' }, 200],
    [{ 'If-Unmodified-Since': '1' }, 200],
    [{ 'If-Unmodified-Since': '2001-01-01' }, 200],
    [{ 'If-None-Match': etag }, 304],
    [{ 'If-None-Match': `W/${etag}` }, 304],
    [{ 'If-None-Match': `"x", W/"y",${etag}` }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"x"' }, 200],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': after }, 200],
    [{ 'If-Modified-Since': at }, 304],
    [{ 'If-Modified-Since': before }, 200],
    [{ 'If-Modified-Since': 'yesterday' }, 200],
    [{ 'If-None-Match': etag, Range: 'bytes=0-1' }, 304],
    [{ 'If-Match': '"x"', Range: 'bytes=0-1' }, 412],
    [{ Range: 'bytes=0-1', 'If-Range': etag }, 206],
    [{ Range: 'bytes=0-1', 'If-Range': at }, 206],
    [{ Range: 'bytes=0-1', 'If-Range': after }, 200],
    [{ Range: 'bytes=0-1', 'If-Range': '"x"' }, 200],
    [{ Range: 'bytes=0-1', 'If-Range': `W/${etag}` }, 200],
    [{ Range: 'bytes=99999999-', 'If-Range': '"x"' }, 200],
  ]
  for (const [headers, status] of judged) {
    const sent = await get(server, headers)
    t.equal(sent.status, status, JSON.stringify(headers))
    if (status === 412)
      t.equal(JSON.parse(sent.body.toString()).type, '/problems/precondition-failed')
    if (status === 304) {
      t.equal(sent.headers.get('etag'), etag)
      t.equal(sent.body.length, 0)
    }
  }
  t.equal((await get(server, { 'If-Match': '"x"' }, '/docs/static/index.css')).status, 412)
  const made = { 'If-Unmodified-Since': before }
  t.equal((await get(server, made, '/docs')).status, 200, 'no time of its change is known')
  t.same(server.logged('internal error'), [])
})

t.test('a 304 announces no body, nor does that of a HEAD', async (t) => {
  const server = await servePage(t)
  const etag = (await get(server)).headers.get('etag') as string
  for (const method of ['GET', 'HEAD']) {
    const { status, headers, body } = await get(server, { 'If-None-Match': etag }, file, method)
    t.equal(status, 304, method)
    t.equal(headers.get('etag'), etag)
    for (const name of ['content-length', 'transfer-encoding', 'content-type'])
      t.equal(headers.get(name), null, `${method} ${name}`)
    t.equal(body.length, 0)
  }
})

t.test('a compressed file decompresses to the file', async (t) => {
  const server = await servePage(t)
  const answers = await Promise.all(
    [1, 2, 3].map(() => get(server, { 'Accept-Encoding': 'gzip', Range: 'bytes=0-0' })),
  )
  t.same(new Set(answers.map(({ headers }) => headers.get('etag'))).size, 1, 'packed once')
  const response = await fetch(server.url + file, { headers: { 'accept-encoding': 'gzip' } })
  t.equal(await response.text(), script)
  t.match(response.headers.get('vary'), /accept-encoding/i)
  const cors = await serve(t, { corsOrigins: ['https://a.example'] })
  const { headers } = await cors.call('GET', '/openapi.json')
  t.equal(headers.get('vary'), 'Origin, Accept-Encoding')
})

t.test(
  'a file that was replaced before its first request is not cached under its old name',
  async (t) => {
    let content = 'old'
    const app = fastify()
    for (const path of ['/kept', '/replaced']) {
      const file = new StaticFile(() => Buffer.from(content), 'text/css; charset=utf-8')
      app.get(path, (request, reply) => file.send(request, reply, immutable))
    }
    t.match(await app.inject('/kept'), { body: 'old', headers: { 'cache-control': immutable } })
    content = 'new'
    t.match(await app.inject('/kept'), { body: 'old', headers: { 'cache-control': immutable } })
    t.match(await app.inject('/replaced'), {
      body: 'new',
      headers: { 'cache-control': revalidate },
    })
  },
)
