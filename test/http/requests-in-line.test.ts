import { once } from 'node:events'
import t from 'tap'
import { readToEnd, type Server, serve } from './support/server.ts'

const ping = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'

/** Makes `GET /readyz` wait, and tells when one does. */
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

t.test('16 requests may wait behind one, and are answered in turn', async (t) => {
  const server = await serve(t)
  const text = await server.raw(held + ping.repeat(15) + last)
  t.equal(text.match(/HTTP\/1\.1 200/g)?.length, 17)
})

t.test('past 16 that wait the connection is closed', async (t) => {
  const server = await serve(t)
  const text = await server.raw(held + ping.repeat(17)).catch(() => 'reset')
  t.notMatch(text, /HTTP/)
  t.match(server.logged('connection closed'), [
    { address: '127.0.0.1', reason: 'too many requests wait' },
  ])
})

t.test('so it is where they come in many pieces, each with few', async (t) => {
  const server = await serve(t)
  const { begun, go } = holdReadiness(server)
  const socket = await server.open()
  const side = await server.sideOf(socket)
  socket.write(held)
  await begun
  socket.write(ping)
  await once(side, 'pause')
  const read = side.bytesRead
  for (let at = 0; at < 100; at++) socket.write(ping)
  await server.call('GET', '/healthz')
  t.equal(side.bytesRead, read, 'while one waits nothing more is read')
  go()
  await new Promise((resolve) =>
    socket
      .resume()
      .on('error', () => {})
      .once('close', resolve),
  )
  t.match(server.logged('connection closed'), [{ reason: 'too many requests wait' }])
})

t.test('once all are answered the connection is read on', async (t) => {
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

t.test('who leaves while requests wait leaves nothing', async (t) => {
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
