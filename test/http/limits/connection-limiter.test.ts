import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import t from 'tap'
import { ConnectionLimiter } from '../../../src/http/limits/connection-limiter.ts'
import { TrustedProxies } from '../../../src/http/limits/trusted-proxies.ts'
import { readToEnd, serve } from '../support/server.ts'

t.test(
  'the connections of one address are limited, and those of another are not affected',
  async (t) => {
    const server = await serve(t, { connectionsPerAddress: 3 })
    const open = await Promise.all([1, 2, 3].map(() => server.open()))
    const more = await server.open()
    t.equal(await readToEnd(more).catch(() => ''), '', 'closed at once, without a word')
    t.match(server.logged('connection closed'), [
      { address: '127.0.0.1', reason: 'too many connections' },
    ])
    t.match(await server.raw(ping, { from: '127.0.0.2' }), /^HTTP\/1\.1 200/)

    const [first] = open as [Socket]
    const closed = once(await server.sideOf(first), 'close')
    first.destroy()
    await closed
    t.match(await server.raw(ping), /^HTTP\/1\.1 200/, 'one that has closed makes room')
  },
)

const ping = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

t.test('connections with a stream do not count', async (t) => {
  const server = await serve(t, { connectionsPerAddress: 1 })
  const { authorization } = await server.join('ann')
  await server.idle()
  const stream = await server.open()
  stream.write(`GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n\r\n`)
  await once(stream, 'data')
  t.match(await server.raw(ping), /^HTTP\/1\.1 200/)
})

t.test('HEAD opens no stream, so its connection counts', async (t) => {
  const server = await serve(t, { connectionsPerAddress: 1 })
  const { authorization } = await server.join('ann')
  await server.idle()
  const socket = await server.open()
  socket.write(`HEAD /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: ${authorization}\r\n\r\n`)
  await once(socket, 'data')
  t.equal(await server.raw(ping).catch(() => ''), '')
})

t.test('connections of a trusted proxy do not count; its clients’ requests do', async (t) => {
  const server = await serve(t, {
    connectionsPerAddress: 1,
    requestsPerMinute: 2,
    trustProxy: ['127.0.0.1'],
  })
  const held = await Promise.all([1, 2, 3].map(() => server.open()))
  const get = (from: string) =>
    server.call('GET', '/healthz', { headers: { 'x-forwarded-for': from } })
  for (const status of [200, 200, 429]) t.equal((await get('203.0.113.1')).status, status)
  t.equal((await get('203.0.113.2')).status, 200)
  for (const socket of held) socket.destroy()
})

class Caller extends EventEmitter {
  readonly remoteAddress: string | undefined
  constructor(remoteAddress?: string) {
    super()
    this.remoteAddress = remoteAddress
  }
}
const caller = (address?: string) => new Caller(address) as unknown as Socket

t.test('an address without connections takes no memory', async (t) => {
  const connections = new ConnectionLimiter(2, new TrustedProxies([]))
  const sockets = Array.from({ length: 500 }, (_, at) => caller(`2001:db8:${at}::1`))
  for (const socket of sockets) t.ok(connections.admit(socket))
  t.equal(connections.size, 1500)
  for (const socket of sockets) socket.emit('close')
  connections.release(sockets[0] as Socket)
  t.equal(connections.size, 0)
})

t.test('a connection that has closed already is counted and released like others', async (t) => {
  const connections = new ConnectionLimiter(1, new TrustedProxies(['192.0.2.1']))
  const gone = caller()
  t.ok(connections.admit(gone))
  gone.emit('close')
  t.equal(connections.size, 0)
})

t.test('a proxy is recognised by its address or its network, also mapped into IPv6', async (t) => {
  const proxies = new TrustedProxies(['192.0.2.1', '10.0.0.0/8', '2001:db8::/32'])
  for (const address of ['192.0.2.1', '::ffff:192.0.2.1', '10.9.8.7', '2001:db8:1::2'])
    t.ok(proxies.trusts(address), address)
  for (const address of ['192.0.2.2', '11.0.0.1', '2001:db9::1', undefined])
    t.notOk(proxies.trusts(address), String(address))
})
