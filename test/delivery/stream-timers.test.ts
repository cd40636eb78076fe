import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Unavailable } from '../../src/store/store-errors.ts'
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

t.test('streams end when their session expires or when they are to be renewed', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 100 })
  const expired = new FakeConnection()
  fixture.open(1, null, expired, { ...session(1), expiresAt: Date.now() + 20 })
  await expired.until(() => expired.ended)
  t.match(expired.received, /session-expired$/)
  const prolonged = new FakeConnection()
  const stream = fixture.open(2, null, prolonged, { ...session(2), expiresAt: Date.now() + 20 })
  const expiresAt = Date.now() + 200
  fixture.update({
    renewed: [
      { session: 2, expiresAt },
      { session: 9, expiresAt },
    ],
  })
  t.equal(stream.session.expiresAt, expiresAt)
  await prolonged.until(() => prolonged.ended)
  t.ok(Date.now() >= expiresAt, 'a renewed session’s stream goes on')
  const renewing = new DeliveryFixture({ heartbeatMs: 100, streamMaxSeconds: 0.05 })
  const connection = await renewing.join(1)
  await connection.until(() => connection.ended)
  t.match(connection.received, /renew$/)
})
