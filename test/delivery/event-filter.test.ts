import t from 'tap'
import { EncodedEvent } from '../../src/delivery/encoded-event.ts'
import { allEvents, parseEvents } from '../../src/delivery/event-names.ts'
import { PackedBatches, PackedEvents } from '../../src/delivery/packed-events.ts'
import { RecentEvents } from '../../src/delivery/recent-events.ts'
import { DeliveryFixture, epoch, FakeConnection } from './support/fixture.ts'

t.test('a live stream leaves out what is not named, and its cursor moves over it', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 20 })
  const { log } = fixture
  const reader = await fixture.join(1, null, undefined, 'message.deleted,message')
  fixture.deliver([log.say({ to: 1 }), log.react(1, 2), log.say({}), log.deleteMessage(1)])
  fixture.deliver([log.react(3, 2)])
  await reader.until(() => reader.received.includes('heartbeat@5'))
  t.match(reader.received, /^ready@0 m3 message\.deleted@4 (heartbeat@\d ?)+$/)
})

t.test('what a room sends is left out, too', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const { room, entry } = log.create(1)
  fixture.deliver([entry])
  const reader = await fixture.join(1, null, undefined, 'member.joined,room.deleted')
  fixture.deliver([log.say({ room }), log.join(room, 2), log.rename(room), log.leave(room, 2)])
  fixture.deliver([log.delete(room)])
  t.equal(reader.received, 'ready@1 member.joined@3 room.deleted@6')
})

for (const maxEntries of [0, 100])
  t.test(`a replay leaves it out (${maxEntries ? 'from memory' : 'from the store'})`, async (t) => {
    const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries }))
    const { log } = fixture
    fixture.deliver([log.say({}), ...Array.from({ length: 20 }, (_, who) => log.react(1, who))])
    fixture.deliver([log.say({}), log.react(1, 30)])
    const reader = await fixture.join(1, { id: 0, epoch }, undefined, 'message')
    t.equal(reader.received, 'm1 m22 ready@23')
    const deaf = await fixture.join(1, { id: 0, epoch }, undefined, 'ready')
    t.equal(deaf.received, 'ready@23')
  })

t.test('a replay that leaves all of the log out reads next to nothing', async (t) => {
  const fixture = new DeliveryFixture({}, new RecentEvents({ maxEntries: 0 }))
  const { log } = fixture
  fixture.deliver(Array.from({ length: 200 }, () => log.say({})))
  const reader = await fixture.join(1, { id: 0, epoch }, undefined, 'typing,read,presence')
  t.equal(reader.received, 'ready@200')
  t.ok(log.reads < 10, `${log.reads} reads`)
  log.resolution = { reset: { reason: 'new-epoch', from: 1 } }
  log.oldest = 150
  const trimmed = await fixture.join(1, { id: 1, epoch: 'aaaaaaaa' }, undefined, 'typing')
  t.equal(trimmed.received, 'new-epoch@1 reset@149 ready@200', 'it is told what was trimmed')
})

t.test('a stream that falls behind leaves it out, and misses nothing else', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  const reader = await fixture.join(1, null, undefined, 'message')
  reader.room = 1
  fixture.deliver([log.say({}), log.react(1, 2)])
  fixture.deliver([log.react(1, 3), log.say({}), log.react(1, 4)])
  t.equal(reader.received, 'ready@0 m1')
  reader.drain()
  await reader.until(() => reader.received === 'ready@0 m1 m4')
  fixture.deliver([log.react(1, 5), log.say({})])
  await reader.until(() => reader.received === 'ready@0 m1 m4 m7')
  t.end()
})

t.test('kept messages count as reached only by streams that carry messages', async (t) => {
  const fixture = new DeliveryFixture({ heartbeatMs: 10 })
  const { log } = fixture
  fixture.send(1, 0)
  const deaf = await fixture.join(1, null, undefined, 'typing')
  fixture.send(1)
  await deaf.until(() => deaf.received.includes('heartbeat@3'))
  t.match(deaf.received, /^ready@2 heartbeat/, 'it gets none of them')
  const again = await fixture.join(1, { id: 3, epoch }, undefined, 'message.updated,read')
  again.close()
  t.equal(log.delivered.get(1), undefined)
  const reader = await fixture.join(1, null, undefined, 'message')
  t.match(reader.received, /^k1 k3 ready@3/)
  await reader.until(() => log.delivered.get(1) === 3)
  t.end()
})

t.test('the retry time is the first line of the block of the first event', async (t) => {
  const fixture = new DeliveryFixture()
  fixture.send(0)
  const reader = await fixture.join(1, { id: 0, epoch })
  t.match(reader.text, /^retry: 3000\nevent: message\ndata: /)
  const selective = await fixture.join(1, { id: 0, epoch }, undefined, 'typing')
  t.match(selective.text, /^retry: 3000\nevent: ready\ndata: /)
})

/** What is written to streams with these lists of events, of one update. */
async function writtenTo(fixture: DeliveryFixture, lists: (string | undefined)[]) {
  const written: unknown[][] = []
  for (const events of lists) {
    const connection = await fixture.join(1, null, new FakeConnection(), events)
    const chunks: unknown[] = []
    written.push(chunks)
    connection.write = (chunk) => chunks.push(chunk) > 0
  }
  return written
}

t.test('streams with the same events share the packed bytes', async (t) => {
  const fixture = new DeliveryFixture()
  const { log } = fixture
  fixture.deliver([log.say({})])
  const lists = ['message,read', 'read,message', 'message,message.deleted', 'typing', undefined]
  const written = await writtenTo(fixture, lists)
  fixture.deliver([log.say({}), log.react(2, 2), log.deleteMessage(1), log.say({ to: 1 })])
  const [one, two, three, none, all] = written as [[object], [object], [object], [], [object]]
  t.equal(one[0], two[0])
  t.same(none, [])
  t.equal(new Set([one[0], three[0], all[0]]).size, 3)
  fixture.deliver([log.say({})])
  t.equal(written[0]?.[1], written[4]?.[1], 'also with those that leave out what is not there')
})

const event = (id: number, name: 'message' | 'reaction.added') =>
  new EncodedEvent(id, name, [0], `${name} ${id}\n`)

t.test('the last chunk for a set covers what it leaves out', async (t) => {
  const packed = new PackedEvents([event(1, 'message'), event(2, 'reaction.added')], 5)
  const [range] = packed.for(parseEvents('message'))
  t.equal(range?.lastId, 5)
  t.equal(`${range?.chunk.plain}`, 'message 1\n')
})

t.test('the last batch is kept for eight sets of events', async (t) => {
  const batches = new PackedBatches()
  const batch = { events: [event(1, 'message')], scannedTo: 1 }
  const packed = batches.pack(batch, allEvents)
  for (let set = 1; set < 8; set++) batches.pack(batch, set)
  t.equal(batches.pack(batch, allEvents), packed)
  batches.pack(batch, 8)
  t.not(batches.pack(batch, allEvents), packed, 'all are forgotten')
  t.not(batches.pack({ ...batch, scannedTo: 2 }, 8), batches.pack(batch, 8))
})
