import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import { DeliveryFixture, epoch, FakeConnection, session } from './support/fixture.ts'

const next = 'mh4zzzzz'

/** The log loses all after an id and gets a new epoch, as by the promotion of a lagging standby. */
function goBack(fixture: DeliveryFixture, from: number) {
  fixture.log.entries.splice(from)
  fixture.log.epoch = next
  fixture.log.resolve = ({ id, epoch }) => {
    if (epoch === next) return { position: id, reset: null }
    if (id > from) return { position: from, reset: { reason: 'rewound', from } }
    return { position: id, reset: { reason: 'new-epoch', from: id } }
  }
}

t.test('a divergence that lost nothing is reported as new-epoch', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 0)
  const connection = await fixture.join(1, { id: 0, epoch })
  goBack(fixture, 2)
  fixture.diverge()
  await nextTurn()
  fixture.send(0)
  await connection.until(() => connection.received.endsWith('m3'))
  t.equal(connection.received, 'm1 m2 ready@2 new-epoch@2 m3', 'once')
  t.match(connection.text, `"from":2,"oldest":1,"head":2}\nid: 2-${next}\n`)
  t.match(connection.text, `id: 3-${next}`)
})

t.test('a divergence resets the streams past the fork, and no others', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 0, 0)
  const live = await fixture.join(1, { id: 0, epoch })
  const slow = new FakeConnection()
  slow.room = 1
  fixture.open(2, { id: 0, epoch }, slow)
  await slow.until(() => slow.room === 0)
  goBack(fixture, 2)
  fixture.diverge()
  fixture.send(0, 0)
  await live.until(() => live.received.endsWith('m4'))
  t.equal(live.received, 'm1 m2 m3 ready@3 reset@2 m3 m4')
  slow.drain()
  await slow.until(() => slow.received.includes('ready'))
  t.equal(slow.received, 'm1 m2 m3 reset@2 m3 m4 ready@4')
  const late = await fixture.join(3, { id: 2, epoch })
  t.equal(late.received, 'new-epoch@2 m3 m4 ready@4')
})

t.test(
  'a stream that waits for receipts during a divergence has its session checked too',
  async (t) => {
    const fixture = new DeliveryFixture()
    fixture.send(0, 0, 0)
    const { promise: marked, resolve: mark } = Promise.withResolvers<void>()
    const marking = new Promise<void>((begin) => {
      fixture.log.markDelivered = () => {
        begin()
        return marked
      }
    })
    fixture.open(1, { id: 2, epoch }, new FakeConnection())
    await marking
    const connection = new FakeConnection()
    fixture.open(2, null, connection)
    await nextTurn()
    goBack(fixture, 1)
    fixture.goneSessions.add(2)
    fixture.diverge()
    mark()
    await connection.until(() => connection.ended)
    t.equal(connection.received, 'logged-out')
    t.same(fixture.endedSessions, [2])
  },
)

t.test('a batch read under another epoch than the cursor’s is not written', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
  fixture.send(...Array(7).fill(0))
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, { id: 0, epoch }, connection)
  await connection.until(() => connection.room === 0)
  const written = 'm1 m2 m3 m4 m5'
  t.equal(connection.received, written)
  // The store has diverged, and the hub does not know yet.
  goBack(fixture, 5)
  fixture.append(0)
  const { reads } = fixture.log
  connection.drain()
  await connection.until(() => fixture.log.reads > reads)
  await nextTurn()
  t.equal(connection.received, written)
  fixture.diverge()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, `${written} new-epoch@5 m6 ready@6`)
})

t.test('a cursor on an epoch that this server has yet to hear of waits for that', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 0)
  goBack(fixture, 2)
  fixture.append(0)
  const connection = new FakeConnection()
  fixture.open(1, { id: 2, epoch }, connection)
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  t.equal(connection.received, 'new-epoch@2')
  fixture.diverge()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, 'new-epoch@2 m3 ready@3', 'new-epoch comes once')
})

t.test('undelivered messages go on after a divergence that left them valid', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(1, 1, 1, 1, 1)
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, null, connection)
  await connection.until(() => connection.room === 0)
  goBack(fixture, 4)
  fixture.diverge()
  connection.drain()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, 'k1 k2 k3 k4 ready@4', 'each once, up to the new head')
  t.notMatch(connection.text, 'new-epoch', 'a reader without a cursor gets no new-epoch')
})

t.test('a reader of undelivered messages that are void gets a reset', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(1, 1, 1, 1, 1)
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, null, connection)
  await connection.until(() => connection.room === 0)
  goBack(fixture, 1)
  fixture.append(0, 1)
  fixture.diverge()
  connection.drain()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, 'k1 k2 reset@1 m2 m3 ready@3')
})

t.test('a log that lost its end under the same epoch resets the streams past it', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 0, 0)
  const connection = await fixture.join(1, { id: 3, epoch })
  fixture.log.entries.splice(1)
  fixture.log.resolve = ({ id }) =>
    id > 1 ? { position: 1, reset: { reason: 'ahead', from: 1 } } : { position: id, reset: null }
  fixture.diverge()
  fixture.send(0)
  await connection.until(() => connection.received.endsWith('m2'))
  t.equal(connection.received, 'ready@3 reset@1 m2')
})

t.test('a batch read before a divergence is not written after it', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
  fixture.send(0, 0)
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const read = fixture.log.read.bind(fixture.log)
  fixture.log.read = async (after, viewer) => {
    const found = await read(after, viewer)
    ask()
    await gate
    fixture.log.read = read
    return found
  }
  const connection = new FakeConnection()
  fixture.open(1, { id: 0, epoch }, connection)
  await asked
  goBack(fixture, 1)
  fixture.diverge()
  open()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, 'new-epoch@0 m1 ready@1')
})

t.test('messages past the fork are not acknowledged', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 20 })
  fixture.send(0, 1, 1)
  const connection = await fixture.join(1, { id: 0, epoch })
  connection.isDrained = false
  goBack(fixture, 2)
  fixture.diverge()
  await connection.until(() => connection.received.includes('reset'))
  connection.isDrained = true
  await connection.until(() => fixture.log.delivered.get(1) === 2)
  const beats = connection.received.length
  await connection.until(() => connection.received.length > beats)
  t.equal(fixture.log.delivered.get(1), 2)
})

t.test('the streams of a session that was lost end', async (t) => {
  const fixture = new DeliveryFixture()
  const [ann, bob] = [await fixture.join(1), await fixture.join(2)]
  fixture.goneSessions.add(1)
  goBack(fixture, 0)
  fixture.diverge()
  await ann.until(() => ann.ended)
  t.match(ann.received, /logged-out$/)
  await bob.until(() => bob.received.includes('reset') || bob.received.includes('ready'))
  t.notOk(bob.ended)
  t.same(fixture.endedSessions, [1])
})

t.test('while the store is disconnected there are no streams', async (t) => {
  const fixture = new DeliveryFixture({ presenceGraceMs: 1000 })
  const connection = await fixture.join(1)
  fixture.storeConnected = false
  fixture.hub.storeDisconnected()
  const bye = connection.text.split('\n\n').find((block) => block.includes('event: bye'))
  t.match(bye, /^retry: \d+$/m, 'with a retry time that spreads the reconnects')
  t.match(connection.received, /unavailable$/)
  t.throws(() => fixture.hub.admit(session(2)), { code: 'unavailable' })
  fixture.storeConnected = true
  await fixture.join(2)
})

t.test('after a divergence a stream carries the rooms of the log as it is now', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(2)
  fixture.deliver([entry, log.say({}), log.join(room, 1)])
  const connection = await fixture.join(1, { id: 2, epoch })
  t.equal(connection.received, 'room.joined@3 ready@3')
  goBack(fixture, 2)
  log.stays.pop()
  fixture.diverge()
  await connection.until(() => connection.received.endsWith('reset@2'))
  fixture.deliver([log.say({ room }), log.join(room, 1), log.say({ room })])
  await connection.until(() => connection.received.endsWith('m5'))
  t.equal(connection.received, 'room.joined@3 ready@3 reset@2 room.joined@4 m5')
})
