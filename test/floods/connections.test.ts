import { connect, type Socket } from 'node:net'
import t from 'tap'
import { address } from './support/bytes.ts'
import { flood } from './support/flood.ts'

const connections = 2000
const dripEveryMs = 1000

interface Held {
  from: (number: number) => string
  /** Sent first. */
  opening: string
  /** Sent again and again. */
  drip: string
}

/** Keeps connections open, and reopens closed ones. @returns a function that ends it */
function hold(url: string, { from, opening, drip }: Held): () => Record<string, unknown> {
  const { hostname: host, port } = new URL(url)
  const sockets = new Set<Socket>()
  let [cuts, stopped] = [0, false]
  const open = (number: number) => {
    if (stopped) return
    const socket = connect({ host, port: Number(port), localAddress: from(number) })
    sockets.add(socket)
    socket.on('connect', () => socket.write(opening))
    socket.on('error', () => {})
    socket.resume().on('close', () => {
      sockets.delete(socket)
      if (stopped) return
      cuts++
      setTimeout(() => open(number), dripEveryMs)
    })
  }
  for (let number = 0; number < connections; number++) open(number)
  const dripping = setInterval(() => {
    for (const socket of sockets) if (!socket.connecting) socket.write(drip)
  }, dripEveryMs)
  return () => {
    stopped = true
    clearInterval(dripping)
    const held = [...sockets].filter(({ connecting }) => !connecting).length
    for (const socket of sockets) socket.destroy()
    return { held, cuts }
  }
}

const slowHeaders = { opening: 'GET /healthz HTTP/1.1\r\nHost: a\r\nX: ', drip: 'x' }
const slowBody = {
  opening:
    'POST /v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{',
  drip: ' ',
}
const silent = { opening: '', drip: '' }

for (const [name, what] of Object.entries({ 'slow headers': slowHeaders, 'slow bodies': slowBody }))
  t.test(`${name} on ${connections} connections of ten addresses`, async (t) => {
    const from = (number: number) => address(number, 10)
    await flood(t, { begin: ({ url }) => hold(url, { ...what, from }) })
  })

t.test(
  `${connections} connections of one address: it holds a few, whatever it sends`,
  async (t) => {
    const from = () => '127.0.1.1'
    const begin = ({ url }: { url: string }) => hold(url, { ...silent, from })
    const { held } = await flood(t, { begin })
    t.ok(Number(held) < connections / 5, `${held} are left open`)
  },
)
