import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { openRoom, type Room } from '../support/room.ts'

// What these tests do most is wait.
t.jobs = 3

/** A connection of a client that writes what it wants, when it wants. */
class Connection {
  readonly socket: Socket
  received = ''
  #waiting: (() => void)[] = []

  private constructor(socket: Socket) {
    this.socket = socket
    const wake = () => {
      for (const waiting of this.#waiting.splice(0)) waiting()
    }
    // One character for each byte, wherever a packet is cut.
    socket.setEncoding('latin1')
    socket.on('data', (bytes) => {
      this.received += bytes
      wake()
    })
    socket.on('error', () => {})
    socket.on('close', wake)
  }

  static async open(room: Room): Promise<Connection> {
    const { hostname, port } = new URL(room.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new Connection(socket)
  }

  send(text: string): void {
    this.socket.write(text)
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.received)) {
      if (this.socket.closed) throw new Error(`closed before ${pattern}: ${this.received}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async ended(): Promise<string> {
    while (!this.socket.closed) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.received
  }
}

/** The head of a broadcast whose body is to come, which the server has begun to read. */
async function beginBroadcast(room: Room, token: string, body: string): Promise<Connection> {
  const connection = await Connection.open(room)
  connection.send(
    `POST /v1/messages/broadcast HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
      'Expect: 100-continue\r\n\r\n',
  )
  await connection.until(/100 Continue/)
  return connection
}

t.test('streams get bye and end; an open request finishes with its right answer', async (t) => {
  const room = await openRoom(t, { settings: { shutdownSeconds: 20, presenceGraceMs: 4000 } })
  const ann = await room.join('ann')
  const body = JSON.stringify({ text: 'said while it stops' })
  const post = await beginBroadcast(room, ann.token, body)
  const started = performance.now()
  const stopped = room.stop()
  t.same((await ann.stream.next('bye')).data, { reason: 'shutting-down' })
  t.ok(Number(ann.stream.retry) <= 2000, 'they come back within half the grace')
  await ann.stream.ended()
  post.send(body)
  t.match(await post.ended(), /HTTP\/1\.1 201 Created\r\n.*"text":"said while it stops"/s)
  await stopped
  t.ok(performance.now() - started < 10_000, 'nothing is waited for once all is answered')

  await room.start()
  const page = await ann.call('GET', '/v1/messages')
  t.match(page.body.messages, [{ text: 'said while it stops' }])
})

t.test('what is asked on a connection that is still open is answered, none with 503', async (t) => {
  const room = await openRoom(t, { settings: { shutdownSeconds: 20 } })
  const ann = await room.register('ann')
  const head = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\n`
  const [stream, page, ready] = await Promise.all(
    ['/v1/events', '/v1/messages', '/readyz'].map(async (path) => {
      const connection = await Connection.open(room)
      connection.send('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
      await connection.until(/"status":"ok"/)
      connection.received = ''
      // Not idle: the next request is on its way.
      connection.send(head(path))
      return connection
    }),
  )
  // Once this is answered the server has read what was sent before.
  await room.call('GET', '/healthz')
  const stopped = room.stop()
  for (const connection of [stream, page, ready]) connection?.send('\r\n')
  t.match(
    await stream?.ended(),
    /^HTTP\/1\.1 200 OK\r\n.*event: bye\ndata: {"reason":"shutting-down"}\n\n\r\n0\r\n\r\n$/s,
  )
  t.match(await page?.ended(), /^HTTP\/1\.1 200 OK\r\n.*"messages":\[\]/s)
  t.match(await ready?.ended(), /^HTTP\/1\.1 503 .*\/problems\/unavailable.*shutting down/s)
  await stopped
})

t.test('what does not end is cut after SHUTDOWN_SECONDS', async (t) => {
  const room = await openRoom(t, { settings: { shutdownSeconds: 1 } })
  const ann = await room.join('ann')
  const post = await beginBroadcast(room, ann.token, '{"text":"never whole"}')
  ann.stream.stall()
  const started = performance.now()
  await room.stop()
  const took = performance.now() - started
  t.ok(took > 900 && took < 10_000, `${took} ms`)
  await post.ended()
  t.notMatch(post.received, /HTTP\/1\.1 [2345]/)
  ann.stream.cut()
})
t.test('who reads a long answer slowly gets all of it', async (t) => {
  const room = await openRoom(t, { settings: { shutdownSeconds: 20, messageMaxChars: 100_000 } })
  const ann = await room.register('ann')
  // More than the kernel holds for a reader that does not read.
  for (let count = 0; count < 20; count++) await ann.broadcast('😀'.repeat(100_000))
  const reader = await Connection.open(room)
  reader.send(`GET /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\n\r\n`)
  await reader.until(/content-length/)
  reader.socket.pause()
  const stopped = room.stop()
  await once(reader.socket, 'readable')
  reader.socket.resume()
  const [head, body] = (await reader.ended()).split('\r\n\r\n') as [string, string]
  t.equal(body.length, Number(/content-length: (\d+)/.exec(head)?.[1]))
  await stopped
})

t.test('who asks while the server says bye is answered, and told to close', async (t) => {
  const room = await openRoom(t, { tuning: { drainMs: 400 } })
  const ann = await room.register('ann')
  const line = await Connection.open(room)
  const ask = `GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ann.token}\r\n\r\n`
  line.send(ask)
  await line.until(/"username":"ann"/)
  line.received = ''
  const stopped = room.stop()
  line.send(ask)
  const answer = await line.ended()
  t.match(answer, /200 OK/)
  t.match(answer, /connection: close/i)
  await stopped
})
