import { connect, type Socket } from 'node:net'
import t from 'tap'
import { Askers } from './support/askers.ts'
import { address, asking } from './support/bytes.ts'
import { flood } from './support/flood.ts'

t.test('pipelined requests behind a login that waits: 20 MB on 40 connections', async (t) => {
  const connections = 40
  const eachBytes = 20e6 / connections
  await flood(t, {
    begin: ({ url }) => {
      const { hostname, port } = new URL(url)
      const body = '{"username":"ann","password":"a-wrong-one"}'
      const parked = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n'
      const bytes = Buffer.from(
        asking('POST', '/v1/login', { body }) + parked.repeat(eachBytes / parked.length),
      )
      let [sent, cuts, stopped] = [0, 0, false]
      const sockets = new Set<Socket>()
      const open = (left: number) => {
        const socket = connect({ host: hostname, port: Number(port), localAddress: '127.0.1.1' })
        sockets.add(socket)
        socket.on('connect', () => socket.write(bytes.subarray(-left)))
        socket.on('error', () => {})
        socket.resume().on('close', () => {
          sockets.delete(socket)
          sent += socket.bytesWritten
          if (stopped) return
          cuts++
          const rest = left - socket.bytesWritten
          if (rest > 0) setTimeout(() => open(rest), 20)
        })
      }
      for (let at = 0; at < connections; at++) open(bytes.length)
      return () => {
        stopped = true
        for (const socket of sockets) sent += socket.bytesWritten
        for (const socket of sockets) socket.destroy()
        return { megabytes: Math.round(sent / 1e6), cuts }
      }
    },
  })
})

/** Sends requests of one kind on many connections from a few addresses. */
function requests(
  name: string,
  { connections, addresses }: { connections: number; addresses: number },
  request: (number: number, time: number) => string,
) {
  t.test(name, async (t) => {
    await flood(t, {
      begin: ({ url }) => {
        const from = (number: number) => address(number, addresses)
        const askers = new Askers({ url, connections, from, request })
        return () => askers.end()
      },
    })
  })
}

const slow = 'eyJ'.repeat(1300)

requests(
  'addresses and names that are slow to search',
  { connections: 50, addresses: 10 },
  (at) => {
    const body = JSON.stringify({ username: slow, password: 'a-wrong-one' })
    return at % 2 === 0 ? asking('GET', `/${slow}`) : asking('POST', '/v1/login', { body })
  },
)

const most = 65_000
const wide = `{${Array.from({ length: most / 10 }, (_, at) => `"${at}":0`).join()}`.slice(0, most)
const bodies = [
  '['.repeat(most / 2) + ']'.repeat(most / 2),
  `${'{"a":'.repeat(most / 6)}0${'}'.repeat(most / 6)}`,
  `${wide.slice(0, wide.lastIndexOf(','))}}`,
]

requests('bodies of 64 KB, deep and wide', { connections: 50, addresses: 10 }, (number, time) =>
  asking('POST', '/v1/login', { body: bodies[(number + time) % bodies.length] }),
)

t.test('endless bodies after their refusal', async (t) => {
  const connections = 8
  const { megabytes, cuts } = await flood(t, {
    begin: ({ url }) => {
      const { hostname: host, port } = new URL(url)
      const head = asking('POST', '/v1/login', { lines: ['Content-Length: 99999999999'] })
      const more = Buffer.alloc(65_536, 'x')
      const sockets = new Set<Socket>()
      let [sent, cuts, stopped] = [0, 0, false]
      const open = () => {
        if (stopped) return
        const socket = connect({ host, port: Number(port), localAddress: '127.0.1.1' })
        const send = () => {
          while (socket.writable && socket.write(more)) sent += more.length
        }
        sockets.add(socket)
        socket.on('connect', () => socket.write(head, send))
        socket.on('drain', send).on('error', () => {})
        socket.resume().on('close', () => {
          sockets.delete(socket)
          if (!stopped) cuts++
          setTimeout(open, 100)
        })
      }
      for (let at = 0; at < connections; at++) open()
      return () => {
        stopped = true
        for (const socket of sockets) socket.destroy()
        return { megabytes: Math.round(sent / 1e6), cuts }
      }
    },
  })
  const each = Number(megabytes) / (connections + Number(cuts))
  // What the server reads, and the buffers of the kernel.
  t.ok(each < 16, `${each.toFixed(1)} MB on each connection`)
})
