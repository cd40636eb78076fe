import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import type { Entry } from '../../src/store/message-log.ts'
import { Unavailable } from '../../src/store/store-errors.ts'
import { DeliveryFixture, epoch, FakeConnection, type FakeLog } from './support/fixture.ts'

t.test('a reader without a cursor gets undelivered messages, then is live', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 1, 2, 1, 1, 0, 1)
  const connection = await fixture.join(1)
  t.equal(connection.received, 'k2 k4 k5 k7 ready@7')
  fixture.send(0, 2, 1)
  t.equal(connection.received, 'k2 k4 k5 k7 ready@7 m8 m10')
})

t.test('a reader with a cursor gets the messages after it, from memory or the store', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 3 }))
  fixture.send(0, 2, 0, 1, 2, 0, 0, 0, 0, 0)
  const connection = await fixture.join(1, { id: 2, epoch })
  t.equal(connection.received, 'm3 m4 m6 m7 m8 m9 m10 ready@10')
  const reads = fixture.log.reads
  const near = await fixture.join(1, { id: 8, epoch })
  t.equal(near.received, 'm9 m10 ready@10')
  t.equal(fixture.log.reads, reads + 1, 'only the cursor was resolved')
})

t.test('a cursor that is not on the log gets a reset', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0, 0)
  fixture.log.resolution = { position: 1, reset: { reason: 'rewound', from: 1 } }
  const connection = await fixture.join(1, { id: 5, epoch: 'aaaaaaaa' })
  t.equal(connection.received, 'reset@1 m2 ready@2')
})

t.test(
  'a valid cursor of an older epoch gets new-epoch, and below the oldest message also trimmed',
  async (t) => {
    const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
    fixture.send(0, 0, 0, 0)
    fixture.log.resolution = { reset: { reason: 'new-epoch', from: 1 } }
    const connection = await fixture.join(1, { id: 1, epoch: 'aaaaaaaa' })
    t.equal(connection.received, 'new-epoch@1 m2 m3 m4 ready@4')
    fixture.log.oldest = 4
    const below = await fixture.join(2, { id: 1, epoch: 'aaaaaaaa' })
    t.equal(below.received, 'new-epoch@1 reset@3 m4 ready@4')
    t.match(below.text, '{"reason":"trimmed","from":3,"oldest":4,"head":4}')
  },
)

t.test('messages trimmed during a replay are reported by a reset', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
  fixture.send(...Array(20).fill(0))
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, { id: 0, epoch }, connection)
  await connection.until(() => connection.received.includes('m5'))
  fixture.log.oldest = 15
  connection.drain()
  await connection.until(() => connection.received.includes('ready'))
  t.equal(connection.received, 'm1 m2 m3 m4 m5 reset@14 m15 m16 m17 m18 m19 m20 ready@20')
})

t.test('a slow reader falls behind and catches up once its socket drains', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 4 }))
  const connection = await fixture.join(1)
  connection.room = 1
  fixture.send(0)
  t.equal(connection.received, 'ready@0 m1')
  fixture.send(0)
  fixture.send(0)
  t.equal(connection.received, 'ready@0 m1', 'nothing more is written to it')
  connection.drain(1)
  await connection.until(() => connection.received.endsWith('m3'))
  for (let times = 0; times < 9; times++) fixture.send(0)
  t.ok(connection.received.endsWith('m3'))
  connection.drain()
  await connection.until(() => connection.received.endsWith('m12'))
  fixture.send(0)
  await connection.until(() => connection.received.endsWith('m13'))
  t.equal(connection.received, 'ready@0 m1 m2 m3 m4 m5 m6 m7 m8 m9 m10 m11 m12 m13')
})

t.test('a direct message waits for a slow stream and reaches the other at once', async (t) => {
  const fixture = new DeliveryFixture()
  const slow = await fixture.join(1)
  slow.room = 1
  fixture.send(0)
  const other = await fixture.join(1)
  fixture.send(1)
  t.equal(slow.received, 'ready@0 m1')
  t.equal(other.received, 'ready@1 m2')
  slow.drain()
  await slow.until(() => slow.received === 'ready@0 m1 m2')
  t.end()
})

t.test('a slow reader of undelivered messages gets each once', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(1, 1, 1, 1, 1)
  const connection = new FakeConnection()
  connection.room = 1
  fixture.open(1, null, connection)
  await connection.until(() => connection.received === 'k1 k2')
  connection.drain(1)
  await connection.until(() => connection.received === 'k1 k2 k3 k4')
  connection.drain(1)
  await connection.until(() => connection.received === 'k1 k2 k3 k4 k5')
  connection.drain()
  await connection.until(() => connection.received === 'k1 k2 k3 k4 k5 ready@5')
  t.end()
})

t.test('a commit larger than a chunk stops where the socket is full', async (t) => {
  const fixture = new DeliveryFixture()
  const connection = await fixture.join(1)
  connection.room = 1
  const entries = fixture.append(0, 0, 0)
  for (const entry of entries) entry.text = 'x'.repeat(40_000)
  fixture.deliver(entries)
  t.equal(connection.received, 'ready@0 m1')
  connection.drain()
  await connection.until(() => connection.received.endsWith('m3'))
  t.equal(connection.received, 'ready@0 m1 m2 m3')
})

t.test(
  'a cursor ahead of this server waits until the server has followed the log to it',
  async (t) => {
    const fixture = new DeliveryFixture()
    fixture.send(0)
    const entries = fixture.append(0, 0)
    const connection = new FakeConnection()
    fixture.open(1, { id: 3, epoch }, connection)
    await pause(5)
    t.equal(connection.received, '')
    fixture.deliver(entries)
    await connection.until(() => connection.received === 'ready@3')
    t.end()
  },
)

t.test('ready waits until presence is stored, messages do not', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.holdPresence = true
  const connection = new FakeConnection()
  fixture.open(1, { id: 0, epoch: null }, connection)
  await pause(5)
  fixture.send(0)
  t.equal(connection.received, 'm1')
  fixture.releasePresence()
  await connection.until(() => connection.received === 'm1 ready@1')
  t.end()
})

t.test('an unavailable store is asked again while the stream is open', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.log.failures = [new Unavailable('away'), new Unavailable('away')]
  const connection = await fixture.join(1)
  t.equal(connection.received, 'ready@0')

  fixture.log.failures = Array.from({ length: 1000 }, () => new Unavailable('away'))
  const gone = new FakeConnection()
  const stream = fixture.open(1, null, gone)
  await pause(5)
  stream.end('renew')
  const reads = fixture.log.reads
  await pause(10)
  t.ok(fixture.log.reads - reads <= 1, 'not after the stream has ended')
  t.same(fixture.errors, [])
})

t.test('nothing is written after bye', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
  fixture.send(0, 0, 0)
  fixture.log.resolution = { position: 1, reset: { reason: 'rewound', from: 1 } }
  const connection = new FakeConnection()
  const stream = fixture.open(1, { id: 3, epoch: 'aaaaaaaa' }, connection)
  stream.end('renew')
  await pause(10)
  t.equal(connection.received, 'renew')
})

t.test('an unexpected error cuts the stream', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.log.failures = [new Error('a mistake')]
  const connection = new FakeConnection()
  fixture.open(1, null, connection)
  await connection.until(() => connection.destroyed)
  t.match(fixture.errors, [{ message: 'a mistake' }])
  t.equal(fixture.hub.size, 0)
})

t.test('a stream is live once the server has come to where its rooms were loaded', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(2)
  fixture.deliver([entry])
  let late: Entry[] = []
  const { memberships } = log
  log.memberships = (account) => {
    late = [log.join(room, 1), log.say({ room })]
    return memberships.call(log, account)
  }
  const connection = new FakeConnection()
  fixture.open(1, { id: 1, epoch }, connection)
  await connection.until(() => connection.received === 'room.joined@2 m3')
  for (let turn = 0; turn < 5; turn++) await nextTurn()
  t.equal(connection.received, 'room.joined@2 m3')
  fixture.deliver(late)
  await connection.until(() => connection.received.includes('ready'))
  fixture.deliver([log.say({ room })])
  t.equal(connection.received, 'room.joined@2 m3 ready@3 m4', 'each once')
})

t.test('a stream whose rooms cannot be loaded asks again', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(1)
  fixture.deliver([entry])
  const failures = [new Unavailable('away'), new Unavailable('away')]
  log.membershipsGate = async () => {
    const failure = failures.shift()
    if (failure) throw failure
  }
  const connection = await fixture.join(1)
  fixture.deliver([log.say({ room })])
  t.equal(connection.received, 'ready@1 m2')
})

t.test('who left a room reads it from the store, if they still may', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const [open, closed] = [log.create(2), log.create(2, 'private')]
  const joining = [log.join(open.room, 1), log.join(closed.room, 1)]
  const said = [log.say({ room: open.room }), log.say({ room: closed.room })]
  fixture.deliver([open.entry, closed.entry, ...joining, ...said])
  fixture.deliver([
    log.leave(open.room, 1),
    log.leave(closed.room, 1),
    log.say({ room: open.room }),
  ])
  const connection = await fixture.join(1, { id: 0, epoch })
  t.equal(connection.received, 'room.joined@3 room.joined@4 m5 room.left@7 room.left@8 ready@9')
})

/** A stream whose next read of the store has its answer, but has not returned yet. */
async function readerAtStore(
  fixture: DeliveryFixture,
  cursor: { id: number; epoch: string } | null,
) {
  const { log } = fixture
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: hasRead, resolve: read } = Promise.withResolvers<void>()
  const name = cursor ? 'read' : 'readUndelivered'
  const ask = log[name] as (...range: number[]) => ReturnType<FakeLog['read']>
  log[name] = async (...range: number[]) => {
    const answer = await ask.apply(log, range)
    read()
    await released
    return answer
  }
  const connection = new FakeConnection()
  fixture.open(1, cursor, connection)
  await hasRead
  return { connection, release }
}

for (const cursor of [{ id: 0, epoch }, null])
  for (const isWaiting of [false, true])
    t.test(
      `what was read before a deletion is not written after it (${cursor ? 'replayed' : 'kept'}${isWaiting ? ', in the same turn' : ''})`,
      async (t) => {
        const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 1 }))
        const { log } = fixture
        fixture.deliver([1, 2, 3].map((id) => log.say({ to: 1, text: `t${id}` })))
        const { connection, release } = await readerAtStore(fixture, cursor)
        const entries = [log.deleteMessage(2), log.edit(1, 'new')]
        const update = fixture.updateOf({ entries })
        if (isWaiting) {
          release()
          fixture.batcher.add(update)
        } else {
          fixture.hub.applyUpdate(update)
          release()
        }
        await connection.until(() => connection.received.includes('ready'))
        t.equal(
          connection.received,
          cursor
            ? 'm1 m3 message.deleted@4 message.updated@5 ready@5'
            : 'k1 k3 message.deleted@4 message.updated@5 ready@5',
        )
        t.notMatch(connection.text, /"text":"t[12]"/)
      },
    )

t.test(
  'a deletion that waits for the end of the turn is applied before memory is read',
  async (t) => {
    const fixture = new DeliveryFixture()
    const { log } = fixture
    fixture.deliver([log.say({ text: 'secret' })])
    const connection = await fixture.join(1, { id: 1, epoch })
    connection.room = 1
    fixture.deliver([log.say({})])
    fixture.deliver([log.say({ text: 'secret' })])
    const entries = [log.deleteMessage(3)]
    connection.drain()
    fixture.batcher.add(fixture.updateOf({ entries }))
    await connection.until(() => connection.received.includes('@4'))
    t.equal(connection.received, 'ready@1 m2 message.deleted@4')
  },
)

t.test('a message that is deleted while it waits for its reader is not kept', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  fixture.deliver([log.say({ to: 1 }), log.say({ to: 1 }), log.deleteMessage(1)])
  const connection = await fixture.join(1)
  t.equal(connection.received, 'k2 ready@3')
})
