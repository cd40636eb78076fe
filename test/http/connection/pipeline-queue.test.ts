import { once } from 'node:events'
import t from 'tap'
import { readToEnd, type Server, serve } from '../support/server.ts'

const ping = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** Makes `GET /readyz` wait until `go`; `begun` resolves when one waits. */
function holdReadiness(server: Server) {
  const begun = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.chat.ping = async () => {
    begun.resolve()
    await go.promise
  }
  return { begun: begun.promise, go: go.resolve }
}

const held = 'GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n'

t.test('16 pipelined requests may wait, and are answered in order', async (t) => {
  const server = await serve(t)
  const text = await server.raw(held + ping.repeat(15) + last)
  t.equal(text.match(/HTTP\/1\.1 200/g)?.length, 17)
})

t.test('past 16 waiting requests the connection is closed', async (t) => {
  const server = await serve(t)
  let asked = 0
  server.app.server.on('request', () => asked++)
  for (const more of [17, 1000]) {
    asked = 0
    const text = await server.raw(held + ping.repeat(more)).catch(() => 'reset')
    t.notMatch(text, /HTTP/)
    t.equal(asked, 18, 'and what came behind is not parsed')
  }
  const closed = { address: '127.0.0.1', reason: 'too many requests wait' }
  t.match(server.logged('connection closed'), [closed, closed])
})

t.test('the same where they arrive a few at a time', async (t) => {
  const server = await serve(t)
  const { begun } = holdReadiness(server)
  const socket = await server.open()
  const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve))
  socket.resume().write(held)
  await begun
  const more = setInterval(() => socket.write(ping), 1)
  await closed
  clearInterval(more)
  t.match(server.logged('connection closed'), [{ reason: 'too many requests wait' }])
})

t.test(
  'past 64 KiB of waiting requests the connection is not read until they are answered',
  async (t) => {
    const server = await serve(t)
    const { begun, go } = holdReadiness(server)
    const socket = await server.open()
    const side = await server.sideOf(socket)
    const filling = `X: ${'x'.repeat(15_000)}\r\n`
    socket.write(held)
    const text = readToEnd(socket)
    await begun
    const paused = once(side, 'pause')
    for (let at = 0; at < 15; at++) socket.write(ping.replace('\r\n\r\n', `\r\n${filling}\r\n`))
    socket.write(last)
    await paused
    await server.call('GET', '/healthz')
    t.ok(side.bytesRead < 200_000, `${side.bytesRead} bytes are read`)
    go()
    t.equal((await text).match(/HTTP\/1\.1 200/g)?.length, 17)
  },
)

t.test('the connection is read again once all are answered', async (t) => {
  const server = await serve(t)
  const { begun, go } = holdReadiness(server)
  const socket = await server.open()
  socket.write(held + ping)
  const text = readToEnd(socket)
  await begun
  socket.write(last)
  go()
  t.equal((await text).match(/HTTP\/1\.1 200/g)?.length, 3)
})

t.test('a client may leave while its requests wait', async (t) => {
  const server = await serve(t)
  const { begun, go } = holdReadiness(server)
  const socket = await server.open()
  const side = await server.sideOf(socket)
  socket.write(held + ping.repeat(3))
  await begun
  side.destroy()
  await once(side, 'close')
  go()
  t.equal((await server.call('GET', '/healthz')).status, 200)
})
