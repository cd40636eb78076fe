import t from 'tap'
import { DeliveryFixture, FakeConnection, session } from './support/fixture.ts'

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
