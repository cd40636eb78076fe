import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { Chunk } from '../../src/delivery/chunk.ts'
import { SseConnection } from '../../src/delivery/sse-connection.ts'

/** Two ends of a real connection. */
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
    let came = ''
    far.on('data', (data) => {
      came += data
    })
    t.equal(sse.write(chunk), true)
    t.equal(sse.rawSocket, framed ? near : undefined)
    sse.end('hi')
    await once(far, 'end')
    t.equal(came, bytes)
    // It is closed here although the reader never closes their side.
    await until(() => seen.closed > 0)
  })
}

t.test(
  'the head goes out with what follows, and what is held for that, or after a moment',
  async (t) => {
    for (const [follows, came] of [
      [chunk, '2\r\nhi\r\n2\r\nhi\r\n'],
      ['für dich ✓', '2\r\nhi\r\nd\r\nfür dich ✓\r\n'],
      [undefined, ''],
    ] as const) {
      const { near, far } = await connection(t)
      const sse = new SseConnection(near, { head: 'head', framed: true, writeTimeoutMs: 1000 })
      listenTo(sse)
      sse.scheduleHead()
      t.notOk(sse.isDrained)
      if (follows !== undefined) {
        sse.buffer('hi')
        sse.write(follows)
      }
      const [first] = await once(far, 'data')
      t.equal(`${first}`, `head${came}`)
    }
  },
)

t.test(
  'the head goes first, once, whatever ends the stream before anything followed',
  async (t) => {
    for (const [framed, ended] of [
      [true, 'head2\r\nhi\r\n0\r\n\r\n'],
      [false, 'headhi'],
    ] as const) {
      const { near, far } = await connection(t)
      const sse = new SseConnection(near, { head: 'head', framed, writeTimeoutMs: 1000 })
      listenTo(sse)
      sse.scheduleHead()
      sse.end('hi')
      let came = ''
      for await (const bytes of far) came += bytes
      t.equal(came, ended)
    }
    const { near, far } = await connection(t)
    const sse = new SseConnection(near, { head: 'head', framed: true, writeTimeoutMs: 1000 })
    listenTo(sse)
    sse.scheduleHead()
    sse.destroy()
    let came = ''
    for await (const bytes of far) came += bytes
    t.equal(came, 'head', 'also where it is cut')
  },
)

t.test('a large chunk follows what is held', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: 'head', framed: false, writeTimeoutMs: 1000 })
  listenTo(sse)
  sse.scheduleHead()
  sse.buffer('hi')
  sse.write(new Chunk(Buffer.alloc(10_000, 'x')))
  sse.end('')
  let came = ''
  for await (const bytes of far) came += bytes
  t.equal(came, `headhi${'x'.repeat(10_000)}`)
})

t.test('a full socket says so, and drains', async (t) => {
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

t.test('a reader that takes nothing is cut off', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 50 })
  const { until, seen } = listenTo(sse)
  far.pause()
  for (let times = 0; times < 20; times++) sse.write(large)
  await until(() => seen.closed > 0)
  t.equal(seen.drained, 0)
})

t.test('a reader that takes something is not cut off', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 2000 })
  const { until, seen } = listenTo(sse)
  // More than the kernels take, each; and little enough to be taken in time by a busy machine.
  for (const bytes of [12_000_000, 24_000_000]) sse.write(new Chunk(Buffer.alloc(bytes)))
  let came = 0
  far.on('data', (bytes) => {
    came += bytes.length
    if (came > 14_000_000) far.pause()
  })
  await new Promise((resolve) => setTimeout(resolve, 2200))
  came = Number.NEGATIVE_INFINITY
  far.resume()
  await until(() => seen.drained + seen.closed > 0)
  t.match(seen, { drained: 1, closed: 0 })
})

t.test('nor does it help to say something now and then, before the end or after it', async (t) => {
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
})

t.test('an idle reader is not', async (t) => {
  const { near, far } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 500 })
  const { until, seen } = listenTo(sse)
  far.resume()
  while (sse.write(large));
  await until(() => seen.drained > 0)
  await new Promise((resolve) => setTimeout(resolve, 700))
  t.equal(seen.closed, 0)
})

t.test('a reader that closes its side is gone', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.end()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('a reset connection is gone', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.resetAndDestroy()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('a reader that talks and talks is cut off', async (t) => {
  const { near, far } = await connection(t)
  const { until, seen } = listenTo(
    new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 }),
  )
  far.write(Buffer.alloc(60_000))
  far.write(Buffer.alloc(60_000))
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})

t.test('a connection that is gone before it is listened to is told as closed', async (t) => {
  const { near } = await connection(t)
  near.destroy()
  await once(near, 'close')
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 })
  const { until, seen } = listenTo(sse)
  sse.scheduleHead()
  await until(() => seen.closed > 0)
  t.equal(seen.closed, 1)
})

t.test('destroying ends it at once', async (t) => {
  const { near } = await connection(t)
  const sse = new SseConnection(near, { head: none, framed: true, writeTimeoutMs: 1000 })
  const { until, seen } = listenTo(sse)
  sse.destroy()
  await until(() => seen.closed > 0)
  t.ok(near.destroyed)
})
