import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Chunk } from '../../src/delivery/chunk.ts'
import { presenceEvent } from '../../src/delivery/sse-events.ts'
import { Unavailable } from '../../src/store/store.ts'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

t.test('heartbeats carry the cursor and acknowledge what was delivered', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 20 })
  fixture.send(1, 0)
  const connection = await fixture.join(1)
  t.match(connection.received, /^k1 ready@2\b/)
  await connection.until(() => connection.received.includes('heartbeat@2'))
  await nextTurn()
  t.equal(fixture.log.delivered.get(1), 1)

  connection.isDrained = false
  fixture.send(2, 1)
  const beats = connection.received.split('heartbeat').length
  await connection.until(() => connection.received.split('heartbeat').length > beats)
  t.equal(fixture.log.delivered.get(1), 1, 'nothing is acknowledged while bytes wait')
  t.ok(
    connection.received.includes('heartbeat@4'),
    'the cursor moves past messages that the person may not see',
  )
  connection.isDrained = true
  await connection.until(() => fixture.log.delivered.get(1) === 4)

  connection.room = 1
  fixture.send(0)
  const { length } = connection.text
  await pause(60)
  t.equal(connection.text.length, length, 'a full socket gets no heartbeat')
})

t.test('messages are delivered to streams that are not ready yet', async (t) => {
  const fixture = new DeliveryFixture()
  const ready = await fixture.join(1)
  fixture.holdPresence = true
  const early = new FakeConnection()
  fixture.open(2, null, early)
  await nextTurn()
  fixture.send(0)
  for (const connection of [ready, early]) t.match(connection.received, /m1$/)
  fixture.releasePresence()
  await early.until(() => early.received === 'm1 ready@1')
})

t.test('a live stream gets presence events', async (t) => {
  const fixture = new DeliveryFixture()
  const connection = new FakeConnection()
  const stream = fixture.open(1, null, connection)
  await connection.until(() => connection.received.includes('ready'))
  t.ok(stream.sendPresence(new Chunk(Buffer.from(presenceEvent(['bob'], [], 2)))))
  t.match(connection.received, /ready@0 presence$/)
})

t.test('ready names nobody to a stream without presence', async (t) => {
  const fixture = new DeliveryFixture()
  const connection = new FakeConnection()
  fixture.hub.open({ session: session(1), cursor: null, presence: 'none', connection })
  await connection.until(() => connection.received.includes('ready'))
  t.match(connection.text, 'data: {"user":"p1","head":0,"onlineCount":1}')
})

t.test('one commit is delivered in as few writes as it fits in', async (t) => {
  const fixture = new DeliveryFixture()
  const [quick, slow] = [await fixture.join(1), await fixture.join(2)]
  slow.room = 1
  const text = 'x'.repeat(40_000)
  for (const entry of fixture.append(0, 0, 0)) entry.text = text
  fixture.hub.applyUpdate({ bounds: fixture.log.bounds_, entries: fixture.log.entries, ended: [] })
  t.match(quick.received, /m1 m2 m3$/)
  t.match(slow.received, /m1$/, 'up to the write that fills the socket')
  slow.drain()
  await slow.until(() => slow.received.endsWith('m1 m2 m3'))
})

t.test('a heartbeat has no id while undelivered messages are written', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 20 })
  fixture.send(1, 1, 1)
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, null, connection)
  await connection.until(() => connection.received === 'k1 k2')
  fixture.log.failures = Array.from({ length: 100_000 }, () => new Unavailable('away'))
  connection.drain()
  await connection.until(() => connection.received.startsWith('k1 k2 heartbeat'))
  t.notMatch(connection.received, /heartbeat@/)
  await nextTurn()
  t.equal(
    fixture.log.delivered.get(1),
    2,
    'what was written is acknowledged, the third message is not',
  )
})

t.test('a heartbeat that fills the socket makes the stream fall behind', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 20 })
  const connection = await fixture.join(1)
  const beats = connection.received.split('heartbeat').length
  connection.room = 1
  await connection.until(() => connection.received.split('heartbeat').length > beats)
  fixture.send(0)
  t.notMatch(connection.received, /m1/)
  connection.drain()
  await connection.until(() => connection.received.includes('m1'))
  t.end()
})

t.test('a stream past the limit of its person replaces the oldest of its session', async (t) => {
  const fixture = new DeliveryFixture({ streamsPerUser: 2 })
  const [first, second, third] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  fixture.open(1, null, first, session(11, 1))
  fixture.open(1, null, second, session(11, 1))
  fixture.open(1, null, third, session(11, 1))
  t.match([first.received, first.ended, second.ended], ['replaced', true, false])
  t.throws(() => fixture.hub.admit(session(12, 1)), { code: 'too-many-streams' })
  t.doesNotThrow(() => fixture.hub.admit(session(21, 2)))
})

t.test('a limit of 0 streams for each person means no limit', async (t) => {
  const fixture = new DeliveryFixture({ streamsPerUser: 0 })
  await fixture.join(1)
  await fixture.join(1)
  t.equal(fixture.hub.size, 2)
})

t.test('a stream past the server’s limit is refused', async (t) => {
  const fixture = new DeliveryFixture({ maxStreams: 1 })
  const connection = await fixture.join(1)
  t.throws(() => fixture.hub.admit(session(2)), {
    code: 'unavailable',
    extras: { retryAfter: 5 },
  })
  connection.close()
  t.doesNotThrow(() => fixture.hub.admit(session(2)))
  t.same(fixture.left, [1])
})

t.test('the end of a session ends only its own streams', async (t) => {
  const fixture = new DeliveryFixture()
  const [mine, too, other] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  fixture.open(1, null, mine, session(11, 1))
  fixture.open(1, null, too, session(11, 1))
  fixture.open(1, null, other, session(12, 1))
  fixture.hub.applyUpdate({ bounds: fixture.log.bounds_, entries: [], ended: [11, 99] })
  t.same([mine.received, too.received, other.received], ['logged-out', 'logged-out', ''])
  t.equal(fixture.hub.size, 1)
})

t.test('streams end when their session expires or when they are to be renewed', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 100 })
  const expired = new FakeConnection()
  fixture.open(1, null, expired, { ...session(1), expiresAt: Date.now() + 20 })
  await expired.until(() => expired.ended)
  t.match(expired.received, /session-expired$/)
  const renewing = new DeliveryFixture({ heartbeatMs: 100, streamMaxSeconds: 0.05 })
  const connection = await renewing.join(1)
  await connection.until(() => connection.ended)
  t.match(connection.received, /renew$/)
})

t.test('close ends all streams with spread reconnects, and new streams at once', async (t) => {
  const fixture = new DeliveryFixture({ presenceGraceMs: 4000 })
  const connection = await fixture.join(1)
  const closed = fixture.hub.close()
  t.match(connection.received, /shutting-down$/)
  const [, retry] = /retry: (\d+)\nevent: bye/.exec(connection.text) ?? []
  t.ok(Number(retry) >= 0 && Number(retry) <= 2000)
  const late = new FakeConnection()
  fixture.open(2, null, late)
  t.equal(late.received, 'shutting-down')
  connection.close()
  late.close()
  await closed
  await fixture.hub.close()
  t.end()
})

t.test('destroy cuts the open connections', async (t) => {
  const fixture = new DeliveryFixture()
  const connection = await fixture.join(1)
  const closed = fixture.hub.close()
  fixture.hub.destroy()
  await closed
  t.ok(connection.destroyed)
})
