import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A wire between clients and a server that can be cut. */
interface Proxy {
  url: string
  /** Cuts every connection without a word; new ones go through. */
  cut(): void
  /** Where connections go from now on. */
  target: string
}

/**
 * A TCP proxy on a free port, closed after the test.
 *
 * @param onSent hears of the bytes that clients send
 */
export async function openProxy(
  t: Test,
  target: string,
  onSent: (bytes: Buffer) => void = () => {},
): Promise<Proxy> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const { hostname, port } = new URL(proxy.target)
    const upstream = connect(Number(port), hostname)
    client.on('data', onSent)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const proxy: Proxy = {
    url: `http://127.0.0.1:${port}`,
    target,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
  }
  t.teardown(() => {
    proxy.cut()
    server.close()
  })
  return proxy
}
