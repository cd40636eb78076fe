import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Chunk } from '../../src/delivery/http-chunk.ts'
import { SseConnection } from '../../src/delivery/sse-connection.ts'

/** Both ends of a real connection. */
async function connection(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect({ port: (server.address() as AddressInfo).port, allowHalfOpen: true })
  far.on('error', () => {})
  const [near] = (await once(server, 'connection')) as [Socket]
  t.teardown(() => {
    near.destroy()
    far.destroy()
    server.close()
  })
  return { near, far }
}

function listenTo(sse: SseConnection) {
  let wake = () => {}
  const seen = { drained: 0, closed: 0 }
  sse.listen({
    drained() {
      seen.drained++
      wake()
    },
    closed() {
      seen.closed++
      wake()
    },
  })
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { seen, until }
}

const none = ''
const chunk = new Chunk(Buffer.from('hi'))
const large = new Chunk(Buffer.alloc(1_000_000))

for (const { framed, bytes } of [
  { framed: true, bytes: '2\r\nhi\r\n2\r\nhi\r\n0\r\n\r\n' },
  { framed: false, bytes: 'hihi' },
]) {
  t.test(`a body ${framed ? 'in chunks' : 'that ends with the connection'}`, async (t) => {
    const { near, far } = await connection(t)
    const sse = new SseConnection(near, { head: none, framed, writeTimeoutMs: 60_000 })
    const { until, seen } = listenTo(sse)
    let received = ''
    far.on('data', (data) => {
      received += data
    })
    t.equal(sse.write(chunk), true)
    sse.end('hi')
    await once(far, 'end')
    t.equal(received, bytes)
    // It is closed here although the client never closes its side.
    await until(() => seen.closed > 0)
  })
}

t.test(
  'the head is written at once, and a buffered text together with the next write',
  async (t) => {
    for (const [event, framed] of [
      [chunk, '2\r\nhi\r\n2\r\nhi\r\n'],
      ['für dich ✓', '2\r\nhi\r\nd\r\nfür dich ✓\r\n'],
      [large, `2\r\nhi\r\n${large.framed}`],
    ] as const) {
      const { near, far } = await connection(t)
      const sse = new SseConnection(near, { head: 'head', framed: true, writeTimeoutMs: 1000 })
      listenTo(sse)
      const [head] = await once(far, 'data')
      t.equal(`${head}`, 'head')
      sse.buffer('hi')
      t.notOk(sse.isDrained)
      sse.write(event)
      let body = ''
      far.on('data', (bytes) => {
        if (body === '') t.ok(bytes.length > '2\r\nhi\r\n'.length, 'in one packet')
        body += bytes
      })
      sse.end('')
      await once(far, 'end')
      t.equal(body, `${framed}0\r\n\r\n0\r\n\r\n`)
    }
  },
)

t.test('the head comes first, even if the stream ends at once', async (t) => {
  for (const [framed, ended] of [
    [true, 'head2\r\nhi\r\n0\r\n\r\n'],
    [false, 'headhi'],
  ] as const) {
    const { near, far } = await connection(t)
    const sse = new SseConnection(near, { head: 'head', framed, writeTimeoutMs: 1000 })
    listenTo(sse)
    sse.end('hi')
    let received = ''
    for await (const bytes of far) received += bytes
    t.equal(received, ended)
  }
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: 'head', framed: true, writeTimeoutMs: 1000 })
  listenTo(sse)
  sse.destroy()
  let received = ''
  for await (const bytes of far) received += bytes
  t.equal(received, 'head', 'also if it is destroyed')
})

t.test('write returns false when the socket is full, and drained is called later', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 60_000 })
  const { until, seen } = listenTo(sse)
  far.pause()
  while (sse.write(large));
  t.notOk(sse.isDrained)
  far.resume()
  await until(() => seen.drained > 0)
  t.ok(sse.isDrained)
})

t.test('a client that takes nothing is cut off', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 50 })
  const { until, seen } = listenTo(sse)
  far.pause()
  for (let times = 0; times < 20; times++) sse.write(large)
  await until(() => seen.closed > 0)
  t.equal(seen.drained, 0)
})

t.test('a client that takes something is not cut off', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 2000 })
  const { until, seen } = listenTo(sse)
  // Each is more than the kernels buffer, and little enough for a busy machine to take in time.
  for (const bytes of [12_000_000, 24_000_000]) sse.write(new Chunk(Buffer.alloc(bytes)))
  let received = 0
  far.on('data', (bytes) => {
    received += bytes.length
    if (received > 14_000_000) far.pause()
  })
  await new Promise((resolve) => setTimeout(resolve, 2200))
  received = Number.NEGATIVE_INFINITY
  far.resume()
  await until(() => seen.drained + seen.closed > 0)
  t.match(seen, { drained: 1, closed: 0 })
})

t.test(
  'a client that takes nothing is cut off even if it sends something, before and after the end',
  async (t) => {
    for (const ends of [false, true]) {
      const { near, far } = await connection(t)
      const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 300 })
      const { until, seen } = listenTo(sse)
      far.pause()
      for (let times = 0; times < 20; times++) sse.write(large)
      if (ends) sse.end('hi')
      const talking = setInterval(() => far.write('x'), 50)
      t.teardown(() => clearInterval(talking))
      await until(() => seen.closed > 0)
      clearInterval(talking)
      t.equal(seen.drained, 0)
    }
  },
)

t.test('an idle client is not cut off', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 500 })
  const { until, seen } = listenTo(sse)
  far.resume()
  while (sse.write(large));
  await until(() => seen.drained > 0)
  await new Promise((resolve) => setTimeout(resolve, 700))
  t.equal(seen.closed, 0)
})

t.test('the connection closes when the client closes its side', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.end()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('the connection closes when the client resets it', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.resetAndDestroy()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('a client that sends more than 64 KiB is cut off', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.write(Buffer.alloc(60_000))
  far.write(Buffer.alloc(60_000))
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('closed is called if the connection was gone before listen', async (t) => {
  const { near } = await connection(t)
  near.destroy()
  await once(near, 'close')
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 })
  const { until, seen } = listenTo(sse)
  await until(() => seen.closed > 0)
  t.equal(seen.closed, 1)
})

t.test('destroy closes the connection at once', async (t) => {
  const { near } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 })
  const { until, seen } = listenTo(sse)
  sse.destroy()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})
