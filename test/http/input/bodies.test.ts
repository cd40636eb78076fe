import t from 'tap'
import { problem, type Server, serve } from '../support/server.ts'

const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const jsonType = { 'content-type': 'application/json' }

/** Posts a broadcast with this body. */
async function post(
  server: Server,
  ann: Record<string, string>,
  body: string | Uint8Array,
  headers: Record<string, string> = jsonType,
) {
  return server.call('POST', '/v1/messages/broadcast', {
    body: body as string,
    headers: { ...ann, ...headers },
  })
}

t.test('JSON and forms carry the same fields', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const texts: [string | Uint8Array, Record<string, string>, string][] = [
    ['{"text":"hi"}', jsonType, 'hi'],
    ['{"text":"hi"}', { 'content-type': 'application/json; charset="UTF-8"' }, 'hi'],
    ['{"text":"hi"}', { ...jsonType, 'content-encoding': 'identity' }, 'hi'],
    ['\uFEFF{"text":"\\ud83d\\ude00 é"}', jsonType, '😀 é'],
    ['text=hi+there%21', formType, 'hi there!'],
    ['&text=100%&', formType, '100%'],
    ['text=%e2%82%ac é %zz %', formType, '€ é %zz %'],
    ['text=%EF%BB%BFa=b', formType, '\uFEFFa=b'],
    [' \r\n\t{"text":"in a form"}', formType, 'in a form'],
    ['text={', formType, '{'],
  ]
  for (const [body, headers, text] of texts) {
    const answer = await post(server, ann, body, headers)
    t.equal(answer.status, 201, `${body}`)
    t.equal(answer.body.text, text)
  }
})

t.test('an invalid body is refused with the field and the reason', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const pointers: [string | Uint8Array, Record<string, string>, string, RegExp][] = [
    ['{"text":5}', jsonType, '/text', /^must be a string$/],
    ['{"text":null}', jsonType, '/text', /^must be a string$/],
    ['{}', jsonType, '/text', /is missing; it must be a string/],
    ['{"text":"a\\u0000b"}', jsonType, '/text', /U\+0000/],
    ['{"text":"\\ud800"}', jsonType, '/text', /surrogate/],
    [
      '{"text":"a","a/b~":1}',
      jsonType,
      '/a~1b~0',
      /not known here; the fields are text, replyTo, metadata$/,
    ],
    ['{"text":"a","__proto__":1}', jsonType, '/__proto__', /not known/],
    ['{"text":"a","constructor":1}', jsonType, '/constructor', /not known/],
    ['{"text":"a","text":"b"}', jsonType, '/text', /only once/],
    ['{"text":"a","t\\u0065xt":"b"}', jsonType, '/text', /only once/],
    ['{"text":"a","x":[{"y":1},{"y":1,"y":2}]}', jsonType, '/x/1/y', /^must be given only once$/],
    ['{"a":{"b/":["{",[],{"c":1},{"c":",","c":1}]}}', jsonType, '/a/b~1/3/c', /only once/],
    ['{"a":{"x":1},"b":[1,2],"c":{"x":1,"x":2}}', jsonType, '/c/x', /only once/],
    ['[{"text":"a"}]', jsonType, '', /must be an object/],
    ['"text"', jsonType, '', /must be an object/],
    ['', jsonType, '', /A body is needed.*text/],
    [' ', jsonType, '', /A body is needed/],
    ['null', jsonType, '', /A body is needed/],
    ['{"text":', jsonType, '', /valid JSON/],
    [Buffer.from('{"text":"\xff"}', 'latin1'), jsonType, '', /UTF-8/],
    ['text=%ff', formType, '', /UTF-8/],
    [Buffer.from('text=\xff', 'latin1'), formType, '', /UTF-8/],
    ['text=%00', formType, '/text', /U\+0000/],
    ['text=fish & chips', formType, '/ chips', /not known.*--data-urlencode/],
    ['text=a&text=b', formType, '/text', /only once; .*--data-urlencode/],
    ['&', formType, '', /A body is needed/],
  ]
  for (const [body, headers, pointer, detail] of pointers) {
    const answer = await post(server, ann, body, headers)
    const { errors } = problem(t, answer, 400, 'invalid-request')
    t.match(errors, [{ pointer, detail }], `${body}`)
  }
  t.equal(server.chat.log.length, 0)
})

t.test('the errors of a body with many unknown fields are bounded', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const fields = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`f${at}`, at]))
  const { errors } = problem(
    t,
    await post(server, ann, JSON.stringify(fields)),
    400,
    'invalid-request',
  )
  t.equal(errors.length, 20)
})

t.test('an error repeats 64 characters of a name', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const fits = '👋'.repeat(64)
  const long = `~${'👋'.repeat(64)}`
  const cut = `~${'👋'.repeat(63)}…`
  const pointer = `/~0${'👋'.repeat(63)}…`
  for (const [json, errors] of [
    [{ text: 'a', [fits]: 1 }, [{ pointer: `/${fits}` }]],
    [{ text: 'a', [long]: 1 }, [{ pointer }]],
  ] as const) {
    const answer = await server.call('POST', '/v1/messages/broadcast', { json, headers: ann })
    t.match(problem(t, answer, 400, 'invalid-request').errors, errors)
  }
  const nested = await post(server, ann, `{"${long}":{"x":1,"x":2}}`)
  t.equal(problem(t, nested, 400, 'invalid-request').errors[0].pointer, `${pointer}/x`)
  for (const query of [`${long}=1`, `${long}=1&${long}=2`]) {
    const asked = await server.call('GET', `/v1/messages?${query}`, { headers: ann })
    const body = problem(t, asked, 400, 'invalid-request')
    t.equal(body.errors[0].parameter, cut)
    t.notMatch(body.detail, long)
  }
})

t.test('a long text of escapes is searched for repeated names', async (t) => {
  const server = await serve(t, { messageMaxChars: 200_000 })
  const ann = await server.join('ann')
  const text = '\\"{:'.repeat(100_000)
  t.equal((await post(server, ann, `{"text":"${text}"}`)).status, 201)
  t.equal(server.chat.log[0]?.text.length, 300_000)
})

t.test('bodies of other types are 415', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  for (const headers of [
    { 'content-type': 'text/plain' },
    { 'content-type': 'nonsense' },
    { 'content-type': 'application/json; charset=latin1' },
    { ...formType, 'content-encoding': 'gzip' },
  ])
    problem(t, await post(server, ann, '{"text":"hi"}', headers), 415, 'unsupported-media-type')
  const untyped = await post(server, ann, Buffer.from('{"text":"hi"}'), {})
  problem(t, untyped, 415, 'unsupported-media-type')
})

t.test('a body that is too large is 413, and the connection stays open', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const largest = `{"text":"${'x'.repeat(65_536 - 11)}"}`
  t.equal((await post(server, ann, largest)).status, 201)
  problem(t, await post(server, ann, `${largest} `), 413, 'payload-too-large')
  problem(
    t,
    await post(server, ann, `${largest} `, { 'content-type': 'text/plain' }),
    415,
    'unsupported-media-type',
  )

  const body = 'x'.repeat(900_000)
  const answers = await server.raw(
    `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}` +
      `POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` +
      'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
  )
  t.same(answers.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 413', 'HTTP/1.1 413', 'HTTP/1.1 200'])
})

t.test('the longest text and metadata fit, escaped as programs do it', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const [text, metadata] = ['\\ud83d\\ude00'.repeat(4000), '\\u00e9'.repeat(2044)]
  const body = `{"text":"${text}","metadata":{"a":"${metadata}"}}`
  t.equal((await post(server, ann, body)).status, 201)
})

t.test('the longest text fits however it is escaped', async (t) => {
  const server = await serve(t, { messageMaxChars: 10_000 })
  const ann = await server.join('ann')
  const escaped = await post(server, ann, `{"text":"${'\\ud83d\\ude00'.repeat(10_000)}"}`)
  t.equal(escaped.status, 201)
  const form = await post(server, ann, `text=${'%f0%9f%98%80'.repeat(10_000)}`, formType)
  t.equal(form.body.text, escaped.body.text)
})

t.test('a call that takes no body ignores one of any type and size', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const headers = { ...ann, 'content-type': 'nonsense', 'content-encoding': 'gzip' }
  const token = await server.call('POST', '/v1/events/token', { body: 'whatever', headers })
  t.equal(token.status, 201)
  const large = 'x'.repeat(2_000_000)
  const another = await server.call('POST', '/v1/events/token', { body: large, headers })
  t.equal(another.status, 201)
  const got = await server.raw(
    `GET /v1/me HTTP/1.1\r\nHost: a\r\nAuthorization: ${ann.authorization}\r\nConnection: close\r\nContent-Type: nonsense\r\nContent-Length: 3\r\n\r\nabc`,
  )
  t.match(got, /^HTTP\/1\.1 200/)
  const some = large.slice(0, 900_000)
  const out = await server.raw(
    `POST /v1/logout HTTP/1.1\r\nHost: a\r\nAuthorization: ${ann.authorization}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${some.length.toString(16)}\r\n${some}\r\n0\r\n\r\n`,
  )
  t.match(out, /^HTTP\/1\.1 204/)
  t.equal(server.chat.sessions.size, 0)
})

t.test('a body that is cut short is not an internal error', async (t) => {
  const server = await serve(t)
  const { authorization } = await server.join('ann')
  for (const path of ['/v1/login', '/v1/logout']) {
    const socket = await server.open()
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
    )
    const answered = new Promise<void>((resolve) =>
      server.app.server.once('request', (_request, response) => response.once('close', resolve)),
    )
    await new Promise((resolve) => server.app.server.once('request', resolve))
    socket.destroy()
    await answered
    // A later request is answered after everything that the cut one caused.
    await server.call('GET', '/healthz')
  }
  t.equal(server.logged('internal error').length, 0)
  t.equal(server.chat.sessions.size, 1, 'half a request ends no session')
})

t.test('the number and depth of values are checked before parsing', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const values = (count: number) => `{"text":[${'0,'.repeat(count - 3)}0]}`
  const deep = (depth: number) => `{"text":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`
  const told = async (body: string, headers = jsonType) => {
    const answer = await post(server, ann, body, headers)
    return problem(t, answer, 400, 'invalid-request').errors[0]
  }
  t.match(await told(values(1000)), { pointer: '/text' }, 'so many may be, and are judged')
  t.match(await told(values(1001)), { pointer: '', detail: /more than 1,000 values/ })
  t.match(await told(deep(32)), { pointer: '/text' })
  t.match(await told(deep(33)), { pointer: '', detail: /deeper than 32 levels/ })
  const fields = (count: number) => Array.from({ length: count }, (_, at) => `a${at}=1`).join('&')
  t.match(await told(fields(1000), formType), { pointer: '/text' })
  t.match(await told(fields(1001), formType), { pointer: '', detail: /more than 1,000 values/ })
  const text = '\\"[{,'.repeat(500)
  t.equal((await post(server, ann, JSON.stringify({ text }))).status, 201, 'a text is one value')
})

t.test('a body of the largest size is validated in bounded time', async (t) => {
  const server = await serve(t)
  const ann = await server.join('ann')
  const fields = Array.from({ length: 6000 }, (_, at) => [`field${at}`, at])
  const bodies = [
    JSON.stringify(Object.fromEntries(fields.slice(0, 900))),
    JSON.stringify(Object.fromEntries(fields)).slice(0, 65_000),
    '['.repeat(65_000),
    '"\\"'.repeat(16_000),
    '"'.repeat(65_000),
    `{"a":${'[{"a":'.repeat(10_000)}`,
  ]
  for (const body of bodies) {
    const bytes = Buffer.from(body)
    let least = Number.POSITIVE_INFINITY
    for (let time = 0; time < 5; time++) {
      const began = performance.now()
      t.equal((await post(server, ann, bytes)).status, 400)
      least = Math.min(least, performance.now() - began)
    }
    t.ok(least < 50, `${body.slice(0, 10)}: ${least} ms`)
  }
})
