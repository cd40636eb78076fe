import { EventEmitter } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { throttleStreamOpens } from '../../../src/http/connection/stream-open-throttle.ts'

/** A server without sockets, with the URLs that its handler was called with. */
function listen() {
  const handled: string[] = []
  const server = new EventEmitter()
  server.on('request', ({ url }: IncomingMessage) => handled.push(url as string))
  const clock = { now: 0 }
  throttleStreamOpens(server as unknown as Server, () => clock.now)
  const ask = (url: string, answering = true) => {
    const socket = { destroyed: false }
    server.emit('request', { url, socket }, { socket: answering ? socket : null })
    return socket
  }
  return { ask, handled, clock }
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `/v1/events?n=${n}`)

t.test('each turn of the event loop opens a few of many streams, in order', async (t) => {
  const { ask, handled } = listen()
  const asked = numbered(50)
  for (const url of asked) ask(url)
  t.same(handled, asked.slice(0, 20))
  await nextTurn()
  t.same(handled, asked.slice(0, 40))
  await nextTurn()
  t.same(handled, asked)
})

t.test('other requests do not wait for streams', async (t) => {
  const { ask, handled } = listen()
  for (const url of numbered(50)) ask(url)
  for (const url of ['/v1/messages/broadcast', '/v1/events/token', '/v1/eventsandmore']) ask(url)
  t.same(handled.slice(20), ['/v1/messages/broadcast', '/v1/events/token', '/v1/eventsandmore'])
})

t.test('a stream after a pause is opened at once', async (t) => {
  const { ask, handled } = listen()
  for (const url of numbered(20)) ask(url)
  await nextTurn()
  ask('/v1/events')
  t.equal(handled.length, 21)
})

t.test('a client that left while it waited gets no stream', async (t) => {
  const { ask, handled } = listen()
  const sockets = numbered(30).map((url) => ask(url))
  for (const socket of sockets.slice(20, 29)) socket.destroyed = true
  await nextTurn()
  t.same(handled.slice(20), ['/v1/events?n=29'])
})

t.test('the longer a turn takes, the more streams the next one opens', async (t) => {
  const { ask, handled, clock } = listen()
  for (const url of numbered(500)) ask(url)
  clock.now += 100
  await nextTurn()
  t.equal(handled.length, 120)
  clock.now += 10_000
  await nextTurn()
  t.equal(handled.length, 320, 'within bounds')
})

t.test('a pipelined stream does not wait here', async (t) => {
  const { ask, handled } = listen()
  for (const url of numbered(100)) ask(url, false)
  t.equal(handled.length, 100)
})
