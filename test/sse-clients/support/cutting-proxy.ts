import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** How much of a message's line of data is let through before a cut. */
const charsOfData = 40

/** A wire to a server that may be away, and that can be cut in the middle of an event. */
export class CuttingProxy {
  readonly #target: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #cutting = false
  /** How many connections were made. */
  connections = 0
  /** How many connections were cut in the middle of a message. */
  cuts = 0

  private constructor(target: number) {
    this.#target = target
    this.#server = createServer((client) => this.#join(client))
  }

  static async open(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Cuts the connection in the middle of the next message that comes by. */
  cutNext(): void {
    this.#cutting = true
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(client: Socket): void {
    this.connections++
    const server = connect(this.#target, '127.0.0.1')
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      // As the other end does it: what was broken off is no clean end.
      socket.on('error', () => other.resetAndDestroy())
      socket.on('end', () => other.end())
      socket.on('close', () => this.#sockets.delete(socket))
    }
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes: Buffer) => {
      const at = this.#cutting ? bytes.indexOf('data: {"id"') : -1
      if (at < 0) {
        client.write(bytes)
        return
      }
      this.#cutting = false
      this.cuts++
      client.write(bytes.subarray(0, at + charsOfData), () => client.destroy())
      server.destroy()
    })
  }
}
