import t from 'tap'
import { allEvents } from '../../src/delivery/event-names.ts'
import { Chunk } from '../../src/delivery/http-chunk.ts'
import { presenceEvent } from '../../src/delivery/sse-events.ts'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

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
  fixture.hub.open({
    session: session(1),
    cursor: null,
    presence: 'none',
    events: allEvents,
    connection,
  })
  await connection.until(() => connection.received.includes('ready'))
  t.match(connection.text, 'data: {"user":"p1","head":0,"onlineCount":1}')
})

t.test('the end of a session ends only its own streams', async (t) => {
  const fixture = new DeliveryFixture()
  const [mine, too, other] = [new FakeConnection(), new FakeConnection(), new FakeConnection()]
  fixture.open(1, null, mine, session(11, 1))
  fixture.open(1, null, too, session(11, 1))
  fixture.open(1, null, other, session(12, 1))
  fixture.update({ ended: [11, 99] })
  t.same([mine.received, too.received, other.received], ['logged-out', 'logged-out', ''])
  t.equal(fixture.hub.size, 1)
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
