import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** A wire to a server on 127.0.0.1 that can be tampered with. */
export interface TcpProxy {
  readonly port: number
  /** Where new connections go. */
  target: number
  /** Cuts every connection; new ones go through. */
  cut(): void
  /** Lets nothing through any more, either way, and closes nothing; also new connections. */
  hang(): void
  /** Ends `hang` and `swallow`: what waited goes on its way. Connections whose answers are swallowed are cut. */
  heal(): void
  /**
   * Passes on what is asked next, drops the answer, and then cuts the connection or leaves it
   * hanging. Resolves once the answer came.
   *
   * @param about only a request that holds this text
   * @param often whether that goes on after the first time, until `heal`
   */
  swallow(about: string, then: 'cut' | 'hang', often?: 'often'): Promise<void>
  /** Makes the next request that holds this text one that nobody understands. */
  spoil(about: string): void
  /** Drops PostgreSQL's notifications (messages of type A) from now on. */
  dropNotifications(): void
  /** Refuses connections, and cuts those there are. `heal` ends it. */
  refuse(): void
}

interface Wire {
  client: Socket
  server: Socket
  swallowing: boolean
}

/** A proxy on a free port, closed after the test. */
export async function openTcpProxy(t: Test, target: number): Promise<TcpProxy> {
  const wires = new Set<Wire>()
  let hanging = false
  let refusing = false
  let deaf = false
  let spoilt: string | undefined
  let prey: { about: string; then: 'cut' | 'hang'; often: boolean; caught: () => void } | undefined

  const listener = createServer((client) => {
    if (refusing) return void client.resetAndDestroy()
    const wire = {
      client,
      server: connect(proxy.target, '127.0.0.1'),
      swallowing: false,
    }
    const { server } = wire
    const notifications = withoutNotifications()
    wires.add(wire)
    client.on('data', (bytes: Buffer) => {
      if (prey && bytes.includes(prey.about)) wire.swallowing = true
      if (spoilt !== undefined && bytes.includes(spoilt)) {
        bytes.fill('?', bytes.indexOf(spoilt), bytes.indexOf(spoilt) + spoilt.length)
        spoilt = undefined
      }
      if (!server.write(bytes)) client.pause()
    })
    server.on('drain', () => hanging || client.resume())
    server.on('data', (bytes: Buffer) => {
      if (wire.swallowing) {
        const caught = prey
        if (!prey?.often) prey = undefined
        caught?.caught()
        if (caught?.then === 'cut') client.resetAndDestroy()
        return
      }
      client.write(deaf ? notifications(bytes) : bytes)
    })
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => {})
      one.on('end', () => hanging || other.end())
      one.on('close', () => {
        wires.delete(wire)
        other.destroy()
      })
    }
    if (hanging) pause(wire)
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')

  const proxy: TcpProxy = {
    port: (listener.address() as { port: number }).port,
    target,
    cut() {
      for (const { client } of wires) client.resetAndDestroy()
    },
    hang() {
      hanging = true
      for (const wire of wires) pause(wire)
    },
    heal() {
      hanging = false
      refusing = false
      prey = undefined
      for (const wire of wires) {
        if (wire.swallowing) wire.client.resetAndDestroy()
        wire.client.resume()
        wire.server.resume()
      }
    },
    swallow(about, then, often) {
      return new Promise((caught) => {
        prey = { about, then, often: often !== undefined, caught }
      })
    },
    spoil(about) {
      spoilt = about
    },
    dropNotifications() {
      deaf = true
    },
    refuse() {
      refusing = true
      proxy.cut()
    },
  }
  t.teardown(() => {
    proxy.cut()
    listener.close()
  })
  return proxy
}

function pause({ client, server }: Wire): void {
  client.pause()
  server.pause()
}

/** Takes the notifications out of a server's messages: a type of one byte, and a length. */
function withoutNotifications(): (bytes: Buffer) => Buffer {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const kept: Buffer[] = []
    while (rest.length > 4 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1)
      if (rest[0] !== 0x41) kept.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    return Buffer.concat(kept)
  }
}
