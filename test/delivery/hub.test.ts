import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { Unavailable } from '../../src/store/store.ts'
import { FakeWire, House, session } from './support/house.ts'

t.test('heartbeats carry the cursor, and mark what has been reached', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  house.say(1, 0)
  const wire = await house.join(1)
  t.match(wire.came, /^k1 ready@2\b/)
  await wire.until(() => wire.came.includes('heartbeat@2'))
  await nextTurn()
  t.equal(house.log.reached.get(1), 1)

  wire.empty = false
  house.say(2, 1)
  const beats = wire.came.split('heartbeat').length
  await wire.until(() => wire.came.split('heartbeat').length > beats)
  t.equal(house.log.reached.get(1), 1, 'not while bytes wait')
  t.ok(wire.came.includes('heartbeat@4'), 'the cursor is past what one may not see')
  wire.empty = true
  await wire.until(() => house.log.reached.get(1) === 4)

  wire.room = 1
  house.say(0)
  const { length } = wire.text
  await pause(60)
  t.equal(wire.text.length, length, 'a full socket gets none')
})

t.test('a heartbeat that is due goes along with a message, in one write', async (t) => {
  const house = new House({ heartbeatMs: 60_000 })
  const [soon, later] = [new FakeWire(), new FakeWire()]
  const stream = house.open(1, null, soon)
  house.open(2, null, later)
  await Promise.all([soon, later].map((wire) => wire.until(() => wire.came.includes('ready'))))
  house.say(1)
  stream.nextBeatAt = performance.now() + 900
  soon.text = later.text = ''
  soon.room = 2
  house.say(0)
  t.equal(soon.came, 'm2 heartbeat@2')
  t.equal(soon.room, 1, 'one write')
  t.equal(later.came, 'm2')
  await nextTurn()
  t.equal(house.log.reached.get(1), 1, 'what came before has been reached')
  house.say(0)
  t.equal(soon.came, 'm2 heartbeat@2 m3', 'the next one is due later')
})

t.test('who is not ready yet, or is not framed, is written to all the same', async (t) => {
  const house = new House()
  const framed = await house.join(1)
  const plain = new FakeWire()
  plain.outlet = undefined
  house.open(2, null, plain)
  await plain.until(() => plain.came.includes('ready'))
  house.holdPresence = true
  const early = new FakeWire()
  house.open(3, null, early)
  await nextTurn()
  house.say(0)
  for (const wire of [framed, plain, early]) t.match(wire.came, /m1$/)
  house.arrive()
  await early.until(() => early.came === 'm1 ready@1')
  plain.room = 1
  house.say(0)
  house.say(0)
  for (const wire of [framed, early]) t.match(wire.came, /m2 m3$/)
  t.match(plain.came, /m2$/, 'a full socket gets no more')
  plain.drain()
  await plain.until(() => plain.came.endsWith('m2 m3'))
})

t.test('what one commit brought goes out in as few writes as it fits in', async (t) => {
  const house = new House()
  const [quick, slow] = [await house.join(1), await house.join(2)]
  slow.room = 1
  const text = 'x'.repeat(40_000)
  for (const entry of house.write(0, 0, 0)) entry.text = text
  house.hub.follow({ extent: house.log.extent_, entries: house.log.entries, ended: [] })
  t.match(quick.came, /m1 m2 m3$/)
  t.match(slow.came, /m1$/, 'up to the one that fills the socket')
  slow.drain()
  await slow.until(() => slow.came.endsWith('m1 m2 m3'))
})

t.test('a heartbeat before the cursor is known has no id', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  house.say(1, 1, 1)
  const wire = new FakeWire()
  wire.room = 1
  house.open(1, null, wire)
  await wire.until(() => wire.came === 'k1 k2')
  house.log.failures = Array.from({ length: 100_000 }, () => new Unavailable('away'))
  wire.drain()
  await wire.until(() => wire.came.startsWith('k1 k2 heartbeat'))
  t.notMatch(wire.came, /heartbeat@/)
  await nextTurn()
  t.equal(house.log.reached.get(1), 2, 'what was written has been reached, the third has not')
})

t.test('a heartbeat that fills the socket makes a slow reader of it', async (t) => {
  const house = new House({ heartbeatMs: 20 })
  const wire = await house.join(1)
  const beats = wire.came.split('heartbeat').length
  wire.room = 1
  await wire.until(() => wire.came.split('heartbeat').length > beats)
  house.say(0)
  t.notMatch(wire.came, /m1/)
  wire.drain()
  await wire.until(() => wire.came.includes('m1'))
  t.end()
})

t.test('one stream too many takes the place of the oldest of its session', async (t) => {
  const house = new House({ streamsPerUser: 2 })
  const [first, second, third] = [new FakeWire(), new FakeWire(), new FakeWire()]
  house.open(1, null, first, session(11, 1))
  house.open(1, null, second, session(11, 1))
  house.open(1, null, third, session(11, 1))
  t.match([first.came, first.ended, second.ended], ['replaced', true, false])
  t.throws(() => house.hub.admit(session(12, 1)), { code: 'too-many-streams' })
  t.doesNotThrow(() => house.hub.admit(session(21, 2)))
})

t.test('a limit of 0 streams for one person is none', async (t) => {
  const house = new House({ streamsPerUser: 0 })
  await house.join(1)
  await house.join(1)
  t.equal(house.hub.size, 2)
})

t.test('past the server’s limit a stream is refused', async (t) => {
  const house = new House({ maxStreams: 1 })
  const wire = await house.join(1)
  t.throws(() => house.hub.admit(session(2)), {
    code: 'unavailable',
    extras: { retryAfter: 5 },
  })
  wire.close()
  t.doesNotThrow(() => house.hub.admit(session(2)))
  t.same(house.left, [1])
})

t.test('the end of a session ends its streams and no others', async (t) => {
  const house = new House()
  const [mine, too, other] = [new FakeWire(), new FakeWire(), new FakeWire()]
  house.open(1, null, mine, session(11, 1))
  house.open(1, null, too, session(11, 1))
  house.open(1, null, other, session(12, 1))
  house.hub.follow({ extent: house.log.extent_, entries: [], ended: [11, 99] })
  t.same([mine.came, too.came, other.came], ['logged-out', 'logged-out', ''])
  t.equal(house.hub.size, 1)
})

t.test('streams end with their session’s life, and are renewed in time', async (t) => {
  const house = new House({ heartbeatMs: 100 })
  const expired = new FakeWire()
  house.open(1, null, expired, { ...session(1), expiresAt: Date.now() + 20 })
  await expired.until(() => expired.ended)
  t.match(expired.came, /session-expired$/)
  const renewing = new House({ heartbeatMs: 100, streamMaxSeconds: 0.05 })
  const wire = await renewing.join(1)
  await wire.until(() => wire.ended)
  t.match(wire.came, /renew$/)
})

t.test(
  'closing says bye to all and spreads them; who comes meanwhile hears the same',
  async (t) => {
    const house = new House({ presenceGraceMs: 4000 })
    const wire = await house.join(1)
    const closed = house.hub.close()
    t.match(wire.came, /shutting-down$/)
    const [, retry] = /retry: (\d+)\nevent: bye/.exec(wire.text) ?? []
    t.ok(Number(retry) >= 0 && Number(retry) <= 2000)
    const late = new FakeWire()
    house.open(2, null, late)
    t.equal(late.came, 'shutting-down')
    wire.close()
    late.close()
    await closed
    await house.hub.close()
    t.end()
  },
)

t.test('what is still connected can be cut', async (t) => {
  const house = new House()
  const wire = await house.join(1)
  const closed = house.hub.close()
  house.hub.destroy()
  await closed
  t.ok(wire.destroyed)
})
