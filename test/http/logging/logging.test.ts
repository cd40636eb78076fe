import t from 'tap'
import { escapeInvisible } from '../../../src/http/logging/log-escapes.ts'
import { pathToLog } from '../../../src/http/logging/log-events.ts'
import { ThrottledLog } from '../../../src/http/logging/throttled-log.ts'
import { serve } from '../support/server.ts'

t.test('connections, accounts and streams are logged, each in one line', async (t) => {
  const server = await serve(t, { logLevel: 'debug' })
  const json = { username: 'ann', password: 'secret-1' }
  const address = '127.0.0.1'
  const ann = await server.call('POST', '/v1/register', { json })
  await server.call('POST', '/v1/register', { json })
  await server.call('POST', '/v1/login', { json })
  await server.call('POST', '/v1/login', { json: { ...json, password: 'secret-2' } })
  await server.call('POST', '/v1/login', { json: { ...json, username: 'x'.repeat(5000) } })
  const headers = { authorization: `Bearer ${ann.body.token}` }
  const { body } = await server.call('POST', '/v1/events/token', { headers })
  await server.call('GET', `/v1/events?token=${body.token}`)
  await server.call('GET', `/v1/nope?token=${body.token}`)
  await server.call('GET', `/v1/nope%3Ftoken=${body.token}`)
  await server.call('GET', `/v1/${body.token}`)
  const encoded = body.token.replaceAll('.', '%2E').replace('eyJ', '%65%79J')
  await server.call('GET', `/v1/x/${encoded}`)
  await server.call('GET', `/v1/x/${encoded.replaceAll('%', '%25')}`)
  await server.call('POST', '/v1/login', { json: { ...json, username: ann.body.token } })
  await server.call('POST', '/v1/login', { json: { ...json, username: `a ${encoded}` } })
  await server.call('POST', '/v1/logout', { headers })
  server.chat.broken = new Error('inside')
  await server.call('POST', '/v1/login', { json })

  t.match(server.logged('connection'), [{ address }])
  t.match(server.logged('registered'), [{ address, username: 'ann' }])
  t.match(server.logged('registration refused'), [
    { address, username: 'ann', reason: 'username-taken' },
  ])
  t.match(server.logged('login'), [{ address, username: 'ann' }])
  t.match(server.logged('login refused'), [
    { address, username: 'ann', reason: 'wrong-password' },
    { address, username: 'x'.repeat(64), reason: 'unknown-user' },
    { address, username: '[token]', reason: 'unknown-user' },
    { address, username: 'a [token]', reason: 'unknown-user' },
    { address, username: 'ann', reason: 'internal-error' },
  ])
  t.match(server.logged('logout'), [{ address, username: 'ann' }])
  t.match(server.logged('route not found'), [
    { address, method: 'GET', path: '/v1/nope' },
    { address, method: 'GET', path: '/v1/nope' },
    { address, method: 'GET', path: '/v1/[token]' },
    { address, method: 'GET', path: '/v1/x/[token]' },
    { address, method: 'GET', path: '/v1/x/[token]' },
  ])
  t.match(server.logged('request completed')[0], {
    method: 'POST',
    path: '/v1/register',
    status: 201,
  })

  for (const event of [
    'registered',
    'registration refused',
    'login',
    'login refused',
    'logout',
    'route not found',
    'request completed',
    'internal error',
  ])
    for (const { reqId } of server.logged(event)) t.match(reqId, /^[0-9a-f-]{36}$/, event)

  const log = JSON.stringify(server.lines)
  t.notMatch(log, /secret/)
  t.notOk(log.includes(body.token.split('.').at(-1)), 'nor is its signature')
  t.notOk(log.includes(body.token) || log.includes(ann.body.token), 'no token is logged')
})

t.test('a path is logged with bounded length and without secrets', async (t) => {
  t.equal(pathToLog('/a?b'), '/a')
  t.equal(pathToLog('/a&token=b'), '/a')
  t.equal(pathToLog('/a%253Ftoken=b'), '/a')
  t.equal(pathToLog('/%61'), '/%61', 'what holds none is logged as it came')
  t.equal(pathToLog(`/${'x'.repeat(500)}`).length, 200)
})

t.test('the log lines of Fastify show no query either', async (t) => {
  const server = await serve(t)
  server.app.log.info({ event: 'test', req: { method: 'GET', url: '/a?token=b' } })
  t.match(server.logged('test'), [{ req: { method: 'GET', url: '/a' } }])
  t.notMatch(JSON.stringify(server.lines), /token/)
})

t.test('the level info does not log every request', async (t) => {
  const server = await serve(t)
  await server.call('GET', '/healthz')
  t.same(server.logged('request completed'), [])
})

t.test('behind a trusted proxy the logged address is that of the client', async (t) => {
  const server = await serve(t, { trustProxy: ['127.0.0.1'] })
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' }
  await server.call('GET', '/nope', { headers })
  t.match(server.logged('route not found'), [{ address: '198.51.100.7' }])
  const json = { username: 'ann', password: 'secret-1' }
  const withPort = { 'x-forwarded-for': '198.51.100.7:4711' }
  await server.call('POST', '/v1/register', { headers: withPort, json })
  t.equal(server.logged('registered')[0]?.address, '198.51.100.7', 'without a port')
  const direct = await serve(t)
  await direct.call('GET', '/nope', { headers })
  t.match(direct.logged('route not found'), [{ address: '127.0.0.1' }])
})

t.test('invisible characters are escaped, and the line stays the same JSON', async (t) => {
  const written: string[] = []
  const server = await serve(t, {}, { logStream: { write: (line) => written.push(line) } })
  const odd =
    '\u001b[2J\u007f\u0085\u009b31m\u00ad\u061c\u200b\u200e\u2028\u2029\u202e\u2066\u{e0041}\ufeffé 語'
  const json = { username: odd, password: 'secret-1' }
  await server.call('POST', '/v1/login', { json })
  const line = written.find((text) => text.includes('login refused')) as string
  t.match(line, /^[ -~é語]*\n$/, 'nothing unseen is left')
  t.equal(JSON.parse(line).username, odd)
  t.equal(escapeInvisible('{"a":"b"}\n'), '{"a":"b"}\n')
})

t.test('the search for tokens takes linear time', async (t) => {
  const programs = ['obrol_', 'obrol_0123456789012345678', 'obrol_%30']
  for (const part of ['eyJ', 'eyJa.', '.', '%65', '%2565', '%25', ...programs]) {
    const path = `/${part.repeat(Math.ceil(16_000 / part.length))}`
    let least = Number.POSITIVE_INFINITY
    for (let time = 0; time < 50; time++) {
      const began = performance.now()
      pathToLog(path)
      least = Math.min(least, performance.now() - began)
    }
    t.ok(least < 1, `${part}: ${least} ms`)
  }
  t.equal(pathToLog('/x/eyJhb.eyJzd.c2ln/y'), '/x/[token]/y')
  t.equal(pathToLog('/eyJ.eyJhb.eyJzd.c2ln'), '/[token]')
  t.equal(pathToLog('/eyJhb.eyJzd/x'), '/[token]/x', 'nor two of its parts')
  const program = 'obrol_00000000000000000000000000000000000003jnQlY'
  t.equal(pathToLog(`/x/${program}/y`), '/x/[token]/y')
  t.equal(pathToLog(`/x/${program.replace('_0', '%5F%30')}`), '/x/[token]')
  t.equal(pathToLog(`/${program.slice(0, 30)}`), '/[token]', 'nor most of it')
  t.equal(pathToLog('/obrol_fan'), '/obrol_fan', 'a name may begin so')
})

t.test('repeated lines of an address are counted instead of written', async (t) => {
  const server = await serve(t)
  for (let at = 0; at < 30; at++) await server.call('GET', `/nope/${at}`)
  const unknown = server.logged('route not found')
  t.equal(unknown.length, 10)
  t.match(unknown.at(-1), { path: '/nope/9' })
  const json = { username: 'ann', password: 'secret-1' }
  for (let at = 0; at < 12; at++) await server.call('POST', '/v1/login', { json })
  t.equal(server.logged('login refused').length, 10, 'each kind of line apart')
  await server.raw('GET /nope/other HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', {
    from: '127.0.0.2',
  })
  t.match(server.logged('route not found').at(-1), { address: '127.0.0.2', path: '/nope/other' })
  await server.app.close()
  const [more] = server.logged('route not found').filter(({ lines }) => lines !== undefined)
  t.match(more, { address: '127.0.0.1', lines: 20, msg: '20 more like this' })
  t.match(server.logged('login refused').at(-1), { lines: 2, msg: '2 more like this' })
})

t.test(
  'the count of suppressed lines is logged after each window, and then lines are written again',
  async (t) => {
    const server = await serve(t)
    const lines = new ThrottledLog(server.app.log, { windowMs: 50 })
    const odd = (at: number) => lines.write('odd', '192.0.2.1', { at })
    for (let at = 0; at < 15; at++) odd(at)
    while (server.logged('odd').length < 11) await new Promise((resolve) => setTimeout(resolve, 5))
    t.match(server.logged('odd').at(-1), { address: '192.0.2.1', lines: 5 })
    odd(15)
    t.match(server.logged('odd').at(-1), { at: 15 })
  },
)

t.test('past 1,000 addresses the suppressed lines share one count', async (t) => {
  const server = await serve(t)
  const lines = new ThrottledLog(server.app.log)
  for (let at = 0; at < 1500; at++)
    for (let time = 0; time < 11; time++) lines.write('odd', `192.0.${at >> 8}.${at % 256}`, {})
  const before = server.logged('odd').length
  lines.flush()
  const told = server.logged('odd').slice(before)
  t.equal(told.length, 1001)
  t.match(told.at(-1), { event: 'odd', lines: 500, msg: '500 more like this' })
  t.notOk('address' in (told.at(-1) as object))
})
