import t from 'tap'
import { pathToLog } from '../../src/http/log-lines.ts'
import { serve } from './support/server.ts'

t.test('who comes and goes is logged, each in one line', async (t) => {
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
  t.match(server.logged('unknown call'), [
    { address, method: 'GET', path: '/v1/nope' },
    { address, method: 'GET', path: '/v1/nope' },
    { address, method: 'GET', path: '/v1/[token]' },
    { address, method: 'GET', path: '/v1/x/[token]' },
    { address, method: 'GET', path: '/v1/x/[token]' },
  ])
  t.match(server.logged('answered')[0], { method: 'POST', path: '/v1/register', status: 201 })

  for (const event of [
    'registered',
    'registration refused',
    'login',
    'login refused',
    'logout',
    'unknown call',
    'answered',
    'internal error',
  ])
    for (const { reqId } of server.logged(event)) t.match(reqId, /^[0-9a-f-]{36}$/, event)

  const log = JSON.stringify(server.lines)
  t.notMatch(log, /secret/)
  t.notOk(log.includes(body.token.split('.').at(-1)), 'nor is its signature')
  t.notOk(log.includes(body.token) || log.includes(ann.body.token), 'no token is logged')
})

t.test('a path is logged bounded and without what may be secret', async (t) => {
  t.equal(pathToLog('/a?b'), '/a')
  t.equal(pathToLog('/a&token=b'), '/a')
  t.equal(pathToLog('/a%253Ftoken=b'), '/a')
  t.equal(pathToLog('/%61'), '/%61', 'what holds none is logged as it came')
  t.equal(pathToLog(`/${'x'.repeat(500)}`).length, 200)
})

t.test('a request in any other line shows no query either', async (t) => {
  const server = await serve(t)
  server.app.log.info({ event: 'test', req: { method: 'GET', url: '/a?token=b' } })
  t.match(server.logged('test'), [{ req: { method: 'GET', url: '/a' } }])
  t.notMatch(JSON.stringify(server.lines), /token/)
})

t.test('at the level info answers are not logged', async (t) => {
  const server = await serve(t)
  await server.call('GET', '/healthz')
  t.same(server.logged('answered'), [])
})

t.test('behind a trusted proxy the address is the client’s', async (t) => {
  const server = await serve(t, { trustProxy: ['127.0.0.1'] })
  const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' }
  await server.call('GET', '/nope', { headers })
  t.match(server.logged('unknown call'), [{ address: '198.51.100.7' }])
  const direct = await serve(t)
  await direct.call('GET', '/nope', { headers })
  t.match(direct.logged('unknown call'), [{ address: '127.0.0.1' }])
})
