import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Unavailable } from '../../src/store/store.ts'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

t.test('heartbeats carry the cursor, and mark what has been reached', async (t) => {
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
  t.equal(fixture.log.delivered.get(1), 1, 'not while bytes wait')
  t.ok(connection.received.includes('heartbeat@4'), 'the cursor is past what one may not see')
  connection.isDrained = true
  await connection.until(() => fixture.log.delivered.get(1) === 4)

  connection.room = 1
  fixture.send(0)
  const { length } = connection.text
  await pause(60)
  t.equal(connection.text.length, length, 'a full socket gets none')
})

t.test('a heartbeat that is due goes along with a message, in one write', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 60_000 })
  const [soon, later] = [new FakeConnection(), new FakeConnection()]
  const stream = fixture.open(1, null, soon)
  fixture.open(2, null, later)
  await Promise.all(
    [soon, later].map((connection) =>
      connection.until(() => connection.received.includes('ready')),
    ),
  )
  fixture.send(1)
  stream.nextHeartbeatAt = performance.now() + 900
  soon.text = later.text = ''
  soon.room = 2
  fixture.send(0)
  t.equal(soon.received, 'm2 heartbeat@2')
  t.equal(soon.room, 1, 'one write')
  t.equal(later.received, 'm2')
  await nextTurn()
  t.equal(fixture.log.delivered.get(1), 1, 'what came before has been reached')
  fixture.send(0)
  t.equal(soon.received, 'm2 heartbeat@2 m3', 'the next one is due later')
})

t.test('who is not ready yet, or is not framed, is written to all the same', async (t) => {
  const fixture = new DeliveryFixture()
  const framed = await fixture.join(1)
  const plain = new FakeConnection()
  plain.rawSocket = undefined
  fixture.open(2, null, plain)
  await plain.until(() => plain.received.includes('ready'))
  fixture.holdPresence = true
  const early = new FakeConnection()
  fixture.open(3, null, early)
  await nextTurn()
  fixture.send(0)
  for (const connection of [framed, plain, early]) t.match(connection.received, /m1$/)
  fixture.releasePresence()
  await early.until(() => early.received === 'm1 ready@1')
  plain.room = 1
  fixture.send(0)
  fixture.send(0)
  for (const connection of [framed, early]) t.match(connection.received, /m2 m3$/)
  t.match(plain.received, /m2$/, 'a full socket gets no more')
  plain.drain()
  await plain.until(() => plain.received.endsWith('m2 m3'))
})

t.test('what one commit brought goes out in as few writes as it fits in', async (t) => {
  const fixture = new DeliveryFixture()
  const [quick, slow] = [await fixture.join(1), await fixture.join(2)]
  slow.room = 1
  const text = 'x'.repeat(40_000)
  for (const entry of fixture.append(0, 0, 0)) entry.text = text
  fixture.hub.applyUpdate({ bounds: fixture.log.bounds_, entries: fixture.log.entries, ended: [] })
  t.match(quick.received, /m1 m2 m3$/)
  t.match(slow.received, /m1$/, 'up to the one that fills the socket')
  slow.drain()
  await slow.until(() => slow.received.endsWith('m1 m2 m3'))
})

t.test('a heartbeat before the cursor is known has no id', async (t) => {
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
  t.equal(fixture.log.delivered.get(1), 2, 'what was written has been reached, the third has not')
})

t.test('a heartbeat that fills the socket makes a slow reader of it', async (t) => {
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

t.test('one stream too many takes the place of the oldest of its session', async (t) => {
  const fixture = new DeliveryFixture({ streamsPerUser: 2 })
  const [first, second, third] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  fixture.open(1, null, first, session(11, 1))
  fixture.open(1, null, second, session(11, 1))
  fixture.open(1, null, third, session(11, 1))
  t.match([first.received, first.ended, second.ended], ['replaced', true, false])
  t.throws(() => fixture.hub.admit(session(12, 1)), { code: 'too-many-streams' })
  t.doesNotThrow(() => fixture.hub.admit(session(21, 2)))
})

t.test('a limit of 0 streams for one person is none', async (t) => {
  const fixture = new DeliveryFixture({ streamsPerUser: 0 })
  await fixture.join(1)
  await fixture.join(1)
  t.equal(fixture.hub.size, 2)
})

t.test('past the server’s limit a stream is refused', async (t) => {
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

t.test('the end of a session ends its streams and no others', async (t) => {
  const fixture = new DeliveryFixture()
  const [mine, too, other] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  fixture.open(1, null, mine, session(11, 1))
  fixture.open(1, null, too, session(11, 1))
  fixture.open(1, null, other, session(12, 1))
  fixture.hub.applyUpdate({ bounds: fixture.log.bounds_, entries: [], ended: [11, 99] })
  t.same([mine.received, too.received, other.received], ['logged-out', 'logged-out', ''])
  t.equal(fixture.hub.size, 1)
})

t.test('streams end with their session’s life, and are renewed in time', async (t) => {
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

t.test(
  'closing says bye to all and spreads them; who comes meanwhile hears the same',
  async (t) => {
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
  },
)

t.test('what is still connected can be cut', async (t) => {
  const fixture = new DeliveryFixture()
  const connection = await fixture.join(1)
  const closed = fixture.hub.close()
  fixture.hub.destroy()
  await closed
  t.ok(connection.destroyed)
})
